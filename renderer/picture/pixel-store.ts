/** Pixels of frames from the host, the last ones kept, the next ones fetched ahead. */
import type { NightsiftClient } from '../../contract/api.ts';
import { decodePixels, type PixelPacket } from '../../contract/pixel-packet.ts';

/** A whole frame is fetched at the first level that is no larger than this: sharp on a 4K screen, quick everywhere. */
const baseSide = 2048;
export const tileSide = 1024;
/** About 300 MB of whole frames and tiles. */
const keptSamples = 160_000_000;
/** Where the size is not known yet: sharp enough for 61 megapixels. */
const guessedLevel = 2;

export interface FrameShape {
  readonly width: number | null;
  readonly height: number | null;
}

interface Kept {
  readonly promise: Promise<PixelPacket>;
  packet: PixelPacket | null;
}

export class PixelStore {
  readonly #client: NightsiftClient;
  readonly #kept = new Map<string, Kept>();

  constructor(client: NightsiftClient) {
    this.#client = client;
  }

  /** The whole frame, binned so that it fits a screen. */
  base(session: string, item: number, shape: FrameShape): Promise<PixelPacket> {
    const level = baseLevel(shape);
    return this.#get(`${session}/${item}/${level}`, { session, item, level });
  }

  /** The base if it is there already. */
  knownBase(session: string, item: number, shape: FrameShape): PixelPacket | null {
    return this.#kept.get(`${session}/${item}/${baseLevel(shape)}`)?.packet ?? null;
  }

  /** A square of a level, `column` and `row` counted in tiles. */
  tile(session: string, item: number, level: number, column: number, row: number): Promise<PixelPacket> {
    const place = { x: column * tileSide, y: row * tileSide, width: tileSide, height: tileSide };
    return this.#get(`${session}/${item}/${level}/${column}/${row}`, { session, item, level, ...place });
  }

  #get(key: string, input: Parameters<NightsiftClient>[1] & object): Promise<PixelPacket> {
    const known = this.#kept.get(key);
    if (known !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, known);
      return known.promise;
    }
    const promise = this.#client('frames.pixels', input as never).then(decodePixels);
    const kept: Kept = { promise, packet: null };
    this.#kept.set(key, kept);
    promise.then(
      (packet) => {
        kept.packet = packet;
        this.#dropOldest();
      },
      () => this.#kept.delete(key),
    );
    return promise;
  }

  #dropOldest(): void {
    let held = 0;
    for (const { packet } of this.#kept.values()) held += packet?.samples.length ?? 0;
    for (const [key, { packet }] of this.#kept) {
      if (held <= keptSamples) return;
      if (packet === null) continue;
      this.#kept.delete(key);
      held -= packet.samples.length;
    }
  }
}

export function baseLevel({ width, height }: FrameShape): number {
  if (width === null || height === null) return guessedLevel;
  return Math.max(0, Math.ceil(Math.log2(Math.max(width, height) / baseSide)));
}
