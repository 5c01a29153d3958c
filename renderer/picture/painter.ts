/** What draws pixel packets onto a canvas. */
import type { PixelPacket } from '../../contract/pixel-packet.ts';
import type { Tones } from './tone.ts';

/** A packet and where it lies on the canvas, in device pixels from the top left. */
export interface Placed {
  readonly packet: PixelPacket;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Painter {
  readonly kind: 'webgl2' | 'canvas';
  /** Draws the pictures in order, later ones over earlier ones. */
  draw(pictures: readonly Placed[], tones: Tones): void;
  /** Readies a packet, so that drawing it later takes no time. */
  prepare(packet: PixelPacket): void;
  close(): void;
}
