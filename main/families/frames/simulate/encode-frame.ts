/** A rendered frame as the bytes of a file, in the encoding its plan asks for. */
import { gzipSync } from 'node:zlib';
import { writeFits } from '../../../formats/fits/write.ts';
import { writeCompressedFits } from '../../../formats/fits/write-compressed.ts';
import type { Encoding, RenderedFrame } from './night.ts';
import { byteStep } from './truth.ts';

const UNSIGNED_ZERO = 32768;

/** Noise levels below the sky at which an 8-bit file begins. */
const BYTE_FLOOR_SIGMAS = 12;

function asBytes(frame: RenderedFrame): Uint8Array {
  const { truth, pixels, width, height, cards } = frame;
  const bscale = byteStep(truth.noise);
  const bzero = Math.max(0, Math.round(truth.background - BYTE_FLOOR_SIGMAS * truth.noise));
  return writeFits({ width, height, bitpix: 8, bzero, bscale, data: pixels, cards });
}

/** A colour cube whose second plane is the frame; the others are fainter and brighter copies of it. */
function asCube(frame: RenderedFrame): Uint8Array {
  const { pixels, width, height, cards } = frame;
  const size = width * height;
  const data = new Float32Array(3 * size);
  for (let pixel = 0; pixel < size; pixel++) {
    data[pixel] = Math.round(pixels[pixel] * 0.8);
    data[size + pixel] = pixels[pixel];
    data[2 * size + pixel] = Math.min(65535, Math.round(pixels[pixel] * 1.1));
  }
  return writeFits({ width, height, planes: 3, bitpix: 16, bzero: UNSIGNED_ZERO, data, cards });
}

function withEncoding(frame: RenderedFrame, encoding: Encoding): Uint8Array {
  const { width, height, pixels, cards } = frame;
  const plain = { width, height, data: pixels, cards };
  const unsigned = { ...plain, bitpix: 16, bzero: UNSIGNED_ZERO } as const;
  switch (encoding) {
    case 'u16':
    case 'bayer':
      return writeFits(unsigned);
    case 'i16':
      return writeFits({ ...plain, bitpix: 16 });
    case 'u8':
      return asBytes(frame);
    case 'i32':
      return writeFits({ ...plain, bitpix: 32 });
    case 'i64':
      return writeFits({ ...plain, bitpix: 64 });
    case 'f32':
      return writeFits({ ...plain, bitpix: -32 });
    case 'f32unit':
      return writeFits({ ...plain, data: Float32Array.from(pixels, (value) => value / 65535), bitpix: -32 });
    case 'f64':
      return writeFits({ ...plain, bitpix: -64 });
    case 'extension':
      return writeFits({ ...unsigned, place: 'extension' });
    case 'cube':
      return asCube(frame);
    case 'rice':
      return writeCompressedFits(unsigned, { compression: 'RICE_1' });
    case 'rice32':
      return writeCompressedFits({ ...plain, bitpix: 32 }, { compression: 'RICE_1' });
    case 'gzip1':
      return writeCompressedFits(unsigned, { compression: 'GZIP_1' });
    case 'gzip2':
      return writeCompressedFits(unsigned, { compression: 'GZIP_2' });
    case 'gzipFloat':
      return writeCompressedFits({ ...plain, bitpix: -32 }, { compression: 'GZIP_1' });
    case 'fitsGz':
      return new Uint8Array(gzipSync(writeFits(unsigned), { level: 3 }));
  }
}

/** The file's bytes. A truncated frame's file ends after the given share of its rows, in the middle of one. */
export function encodeFrame(frame: RenderedFrame): Uint8Array {
  const bytes = withEncoding(frame, frame.truth.encoding);
  if (!frame.truth.kinds.includes('truncated')) return bytes;
  const dataBytes = Math.ceil((frame.width * frame.height * 2) / 2880) * 2880;
  const start = bytes.byteLength - dataBytes;
  const cut = start + Math.floor(frame.height * frame.truth.strength) * frame.width * 2 + frame.width;
  return bytes.subarray(0, cut);
}
