/** Blinking: through the list at a chosen pace, in either direction, or between two frames. */
import type { SessionFrames } from '../../house/session-frames.svelte.ts';

export const paces = [0.125, 0.25, 0.5, 1, 2, 4, 8] as const;

export class Blink {
  isPlaying = $state(false);
  direction = $state<1 | -1>(1);
  /** Seconds for each frame. */
  pace = $state<number>(0.5);
  /** The frame to compare with. */
  marked = $state<number | null>(null);
  isPair = $state(false);
  /** The pair's other frame, while blinking between two. */
  #home: number | null = null;
  readonly #frames: SessionFrames;

  constructor(frames: SessionFrames) {
    this.#frames = frames;
  }

  toggle(direction: 1 | -1 = this.direction): void {
    this.isPlaying = !(this.isPlaying && direction === this.direction);
    this.direction = direction;
  }

  togglePair(): void {
    if (this.isPair) {
      this.isPair = false;
      this.isPlaying = false;
      if (this.#home !== null) this.#frames.cursor = this.#home;
      return;
    }
    const { cursor } = this.#frames;
    if (this.marked === null || this.marked === cursor) return;
    this.#home = cursor;
    this.isPair = true;
    this.isPlaying = true;
  }

  mark(): void {
    const { cursor } = this.#frames;
    this.marked = this.marked === cursor ? null : cursor;
    if (this.marked === null) this.isPair = false;
  }

  /** Shows the next frame; for a timer. */
  tick(): void {
    const frames = this.#frames;
    if (this.isPair) {
      frames.cursor = frames.cursor === this.marked ? this.#home : this.marked;
      return;
    }
    if (frames.step(this.direction)) return;
    // over the end: from the other one
    frames.step(-this.direction * frames.listed.length);
  }
}
