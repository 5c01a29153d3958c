/** The keywords of a tile-compressed image (FITS Standard 4.0, 10.1 and 10.2), checked. */
import type { ByteSource } from '../../byte-source.ts';
import { quoted, refusal } from '../../refusal.ts';
import type { FitsHeader } from '../header.ts';
import type { ImageHdu } from '../select-image.ts';
import { integerKeyword } from '../structure.ts';
import { type BinaryTable, readTable } from '../table.ts';
import type { DitherMethod } from './dither.ts';
import type { RiceParameters } from './rice.ts';

export type TileCodec = 'RICE_1' | 'GZIP_1' | 'GZIP_2' | 'HCOMPRESS_1' | 'PLIO_1' | 'NOCOMPRESS';

export interface TilePlan {
  readonly codec: TileCodec;
  readonly table: BinaryTable;
  /** Image axes padded with 1 to three. */
  readonly size: readonly [number, number, number];
  /** Tile lengths, at most the axes'. */
  readonly tile: readonly [number, number, number];
  /** Tiles along each axis. */
  readonly counts: readonly [number, number, number];
  readonly rice: RiceParameters;
  /** HCOMPRESS_1: smooth the steps of lossy coding. */
  readonly smooth: boolean;
  /** Floats stored as scaled integers. */
  readonly quantised: boolean;
  readonly dither: DitherMethod;
  /** ZDITHER0: first position in the random sequence, from 1. */
  readonly ditherStart: number;
  /** ZSCALE, ZZERO, ZBLANK where they are keywords instead of columns. */
  readonly scale: number | null;
  readonly zero: number | null;
  readonly blank: number | null;
}

const codecNames: Readonly<Record<string, TileCodec>> = {
  RICE_1: 'RICE_1',
  RICE_ONE: 'RICE_1',
  GZIP_1: 'GZIP_1',
  GZIP_2: 'GZIP_2',
  HCOMPRESS_1: 'HCOMPRESS_1',
  PLIO_1: 'PLIO_1',
  NOCOMPRESS: 'NOCOMPRESS',
};

function readCodec(source: ByteSource, header: FitsHeader): TileCodec {
  const name = header.text('ZCMPTYPE')?.toUpperCase() ?? '';
  const codec = codecNames[name];
  if (codec !== undefined) return codec;
  throw refusal(
    'unsupportedCompression',
    source,
    `its tiles are compressed with ${quoted(name)}`,
    `Known are ${[...new Set(Object.values(codecNames))].join(', ')}; unpack the file with funpack first.`,
    { compression: name },
  );
}

/** ZNAMEn = ZVALn pairs. */
function codecParameter(header: FitsHeader, name: string): number | null {
  for (let index = 1; index <= 99; index++) {
    const key = header.text(`ZNAME${index}`);
    if (key === null) return null;
    if (key.toUpperCase() === name) return header.number(`ZVAL${index}`);
  }
  return null;
}

function riceParameters(source: ByteSource, header: FitsHeader): RiceParameters {
  const blockSize = codecParameter(header, 'BLOCKSIZE') ?? 32;
  const bytePix = codecParameter(header, 'BYTEPIX') ?? 4;
  const known = bytePix === 1 || bytePix === 2 || bytePix === 4;
  if (known && Number.isInteger(blockSize) && blockSize > 0 && blockSize <= 65_536)
    return { blockSize, bytePix };
  throw refusal(
    'unsupportedCompression',
    source,
    `its RICE_1 tiles have BLOCKSIZE ${blockSize} and BYTEPIX ${bytePix}`,
    'BYTEPIX 1, 2 and 4 are known; unpack the file with funpack first.',
  );
}

const ditherNames: Readonly<Record<string, DitherMethod>> = {
  NO_DITHER: 'none',
  NONE: 'none',
  SUBTRACTIVE_DITHER_1: 'subtractive1',
  SUBTRACTIVE_DITHER_2: 'subtractive2',
};

function readDither(source: ByteSource, header: FitsHeader): { method: DitherMethod; lossless: boolean } {
  const name = header.text('ZQUANTIZ')?.toUpperCase() ?? 'NO_DITHER';
  const method = ditherNames[name];
  if (method !== undefined) return { method, lossless: name === 'NONE' };
  throw refusal(
    'unsupportedCompression',
    source,
    `its floats are quantised by ${quoted(name)}`,
    'Known are NO_DITHER, SUBTRACTIVE_DITHER_1 and SUBTRACTIVE_DITHER_2; unpack the file with funpack first.',
  );
}

type Triple = [number, number, number];

function tileLengths(source: ByteSource, header: FitsHeader, size: Triple): Triple {
  const tile: Triple = [size[0], 1, 1];
  for (const axis of [0, 1, 2] as const) {
    const length = integerKeyword(source, header, `ZTILE${axis + 1}`, {
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      fallback: tile[axis],
    });
    tile[axis] = Math.min(length, size[axis]);
  }
  return tile;
}

/** @throws `badHeader`, `unsupportedCompression`. */
export function planTiles(source: ByteSource, image: ImageHdu): TilePlan {
  const { header } = image.hdu;
  const codec = readCodec(source, header);
  const table = readTable(source, image.hdu);
  const size: Triple = [image.shape.width, image.shape.height, image.shape.planes];
  const tile = tileLengths(source, header, size);
  const counts: Triple = [
    Math.ceil(size[0] / tile[0]),
    Math.ceil(size[1] / tile[1]),
    Math.ceil(size[2] / tile[2]),
  ];
  if (table.rows < counts[0] * counts[1] * counts[2]) {
    throw refusal(
      'badHeader',
      source,
      `the table has ${table.rows} rows for ${counts[0] * counts[1] * counts[2]} tiles`,
      'ZTILE, ZNAXIS or NAXIS2 is damaged; take another copy of the file.',
    );
  }
  const dither = readDither(source, header);
  const scale = header.number('ZSCALE');
  const zero = header.number('ZZERO');
  return {
    codec,
    table,
    size,
    tile,
    counts,
    rice: codec === 'RICE_1' ? riceParameters(source, header) : { blockSize: 32, bytePix: 4 },
    smooth: (codecParameter(header, 'SMOOTH') ?? 0) !== 0,
    quantised: image.bitpix < 0 && !dither.lossless && (table.columns.has('ZSCALE') || scale !== null),
    dither: dither.method,
    ditherStart: header.number('ZDITHER0') ?? 1,
    scale,
    zero,
    blank: header.number('ZBLANK'),
  };
}
