/**
 * Pixels as they cross a wire: the four letters NSPX, u32 length of a JSON text, the text, blanks up to a multiple of 8,
 * then the samples, row by row, colours interleaved. All little-endian.
 */
import { z } from 'zod';

export const PixelFacts = z.object({
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  /** 1, or 3 for colour (interleaved). */
  channels: z.union([z.literal(1), z.literal(3)]),
  /** u16: value / 65535 is the level of 0..1; f32: levels of 0..1 already. */
  type: z.enum(['u16', 'f32']),
  /** Where the rectangle lies, in pixels of its level. */
  x: z.number().int(),
  y: z.number().int(),
  level: z.number().int(),
  fullWidth: z.number().int(),
  fullHeight: z.number().int(),
  /** Set for a raw mosaic at level 0; binned levels are colour already. */
  mosaic: z.enum(['RGGB', 'BGGR', 'GRBG', 'GBRG']).nullable(),
  /** True when the first stored row is the top of the picture. */
  topDown: z.boolean(),
  /** Physical value = level * unit + zero. */
  unit: z.number(),
  zero: z.number(),
  /** Of the unbinned pixels, in levels of 0..1, one for each colour: what the stretch is made from. */
  statistics: z.array(z.object({ median: z.number(), mad: z.number() })),
});
export type PixelFacts = z.infer<typeof PixelFacts>;

export interface PixelPacket {
  readonly facts: PixelFacts;
  readonly samples: Uint16Array | Float32Array;
}

const magic = 0x5850534e; // "NSPX"

export function encodePixels({ facts, samples }: PixelPacket): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(facts));
  const start = 8 + text.length + ((8 - ((8 + text.length) % 8)) % 8);
  const bytes = new Uint8Array(start + samples.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  view.setUint32(4, text.length, true);
  bytes.set(text, 8);
  bytes.set(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength), start);
  return bytes;
}

/** The samples are a view of `bytes` where its alignment allows. Throws when the bytes are no packet. */
export function decodePixels(bytes: Uint8Array): PixelPacket {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 8 || view.getUint32(0, true) !== magic)
    throw new Error('These bytes hold no pixels.');
  const length = view.getUint32(4, true);
  const facts = PixelFacts.parse(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))));
  const start = 8 + length + ((8 - ((8 + length) % 8)) % 8);
  const size = facts.type === 'u16' ? 2 : 4;
  const count = facts.width * facts.height * facts.channels;
  if (bytes.byteLength < start + count * size) throw new Error('The pixels end before their last row.');
  const aligned = (bytes.byteOffset + start) % size === 0 ? bytes : bytes.slice();
  const offset = aligned === bytes ? bytes.byteOffset + start : start;
  const samples =
    facts.type === 'u16'
      ? new Uint16Array(aligned.buffer, offset, count)
      : new Float32Array(aligned.buffer, offset, count);
  return { facts, samples };
}
