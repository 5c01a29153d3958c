/** What part of a frame is seen, shared by pictures that are to move together. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

const closest = 16;

export class ViewPort {
  /** True: the whole frame, however large the window is. */
  isWhole = $state(true);
  /** CSS pixels for each pixel of the frame, when not whole. */
  scale = $state(1);
  /** The point of the picture in the middle of the window, as shares of its width and height from the top left. */
  x = $state(0.5);
  y = $state(0.5);

  scaleIn(frame: Size, view: Size): number {
    const whole = Math.min(view.width / frame.width, view.height / frame.height);
    return this.isWhole ? whole : Math.max(this.scale, Math.min(whole, 1) * 0.5);
  }

  /** Left top corner and size of the whole frame in the window, CSS pixels. */
  placeOf(
    frame: Size,
    view: Size,
  ): { left: number; top: number; width: number; height: number; scale: number } {
    const scale = this.scaleIn(frame, view);
    const [width, height] = [frame.width * scale, frame.height * scale];
    const [x, y] = this.isWhole ? [0.5, 0.5] : [this.x, this.y];
    return { left: view.width / 2 - x * width, top: view.height / 2 - y * height, width, height, scale };
  }

  /** Zooms about a point of the window, which stays where it is. */
  zoom(
    factor: number,
    frame: Size,
    view: Size,
    at: { x: number; y: number } = { x: view.width / 2, y: view.height / 2 },
  ): void {
    const before = this.placeOf(frame, view);
    const whole = Math.min(view.width / frame.width, view.height / frame.height);
    const scale = Math.min(closest, before.scale * factor);
    if (scale <= whole) {
      this.isWhole = true;
      return;
    }
    const share = { x: (at.x - before.left) / before.width, y: (at.y - before.top) / before.height };
    this.isWhole = false;
    this.scale = scale;
    this.x = clamp(share.x + (view.width / 2 - at.x) / (frame.width * scale));
    this.y = clamp(share.y + (view.height / 2 - at.y) / (frame.height * scale));
  }

  pan(dx: number, dy: number, frame: Size, view: Size): void {
    if (this.isWhole) return;
    const { width, height } = this.placeOf(frame, view);
    this.x = clamp(this.x - dx / width);
    this.y = clamp(this.y - dy / height);
  }

  /** Full size at a point given as shares of the frame, or the whole frame again. */
  toggleFull(at: { x: number; y: number } | null): void {
    if (!this.isWhole) {
      this.isWhole = true;
      return;
    }
    this.isWhole = false;
    this.scale = 1;
    this.x = clamp(at?.x ?? 0.5);
    this.y = clamp(at?.y ?? 0.5);
  }
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}
