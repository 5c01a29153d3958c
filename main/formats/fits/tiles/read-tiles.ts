/** Decodes the tiles of a compressed image that touch the measured plane. */
import type { ByteSource } from '../../byte-source.ts';
import { refusal } from '../../refusal.ts';
import { fitsLimits } from '../limits.ts';
import { allocatePlane, checkClaim, type PixelOptions } from '../memory.ts';
import { keepsOrder, type PlaneResult, storedWords } from '../plain-image.ts';
import type { Scaling } from '../scaling.ts';
import type { ImageHdu } from '../select-image.ts';
import { TileDecoder, type TileTarget, type TileValues } from './decode-tile.ts';
import { planTiles, type TilePlan } from './plan.ts';
import { TileRows } from './rows.ts';

interface TileBox {
  /** Row of the table. */
  readonly row: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Planes of the tile that lie before the measured one, and all of its planes. */
  readonly planesBefore: number;
  readonly depth: number;
}

/** The tiles of plane `plane`, in the order of the table. */
function* boxes(plan: TilePlan, plane: number): Generator<TileBox> {
  const [width, height, planes] = plan.size;
  const [tileWidth, tileHeight, tileDepth] = plan.tile;
  const [across, down] = plan.counts;
  const layer = Math.floor(plane / tileDepth);
  const depth = Math.min(tileDepth, planes - layer * tileDepth);
  for (let j = 0; j < down; j++) {
    for (let i = 0; i < across; i++) {
      yield {
        row: i + across * (j + down * layer),
        x: i * tileWidth,
        y: j * tileHeight,
        width: Math.min(tileWidth, width - i * tileWidth),
        height: Math.min(tileHeight, height - j * tileHeight),
        planesBefore: plane - layer * tileDepth,
        depth,
      };
    }
  }
}

class TileReader {
  private readonly source: ByteSource;
  private readonly plan: TilePlan;
  private readonly rows: TileRows;
  private readonly decoder: TileDecoder;

  constructor(source: ByteSource, image: ImageHdu, plan: TilePlan, scaling: Scaling) {
    this.source = source;
    this.plan = plan;
    this.rows = new TileRows(source, image.hdu, plan.table);
    this.decoder = new TileDecoder(plan, image.bitpix, scaling);
  }

  private values(row: number): TileValues {
    const { plan, rows } = this;
    return {
      scale: (rows.has('ZSCALE') ? rows.number(row, 'ZSCALE') : plan.scale) ?? 1,
      zero: (rows.has('ZZERO') ? rows.number(row, 'ZZERO') : plan.zero) ?? 0,
      blank: rows.has('ZBLANK') ? rows.number(row, 'ZBLANK') : plan.blank,
      ditherRow: row + plan.ditherStart - 1,
    };
  }

  /** @returns false when the file ended before this tile. @throws `damagedData`. */
  read(row: number, target: TileTarget): boolean {
    const main = this.rows.stored(row, 'COMPRESSED_DATA');
    if (main === 'missing') return false;
    if (main !== 'empty') {
      return this.proven(this.decoder.compressed(main.range, this.values(row), target), row);
    }
    const zipped = this.rows.stored(row, 'GZIP_COMPRESSED_DATA');
    if (zipped === 'missing') return false;
    if (zipped !== 'empty') return this.proven(this.decoder.gzippedPixels(zipped.range, target), row);
    const plain = this.rows.stored(row, 'UNCOMPRESSED_DATA');
    if (plain === 'missing') return false;
    if (plain !== 'empty') return this.proven(this.decoder.plainPixels(plain.range, plain.type, target), row);
    return this.proven(false, row);
  }

  private proven(decoded: boolean, row: number): true {
    if (decoded) return true;
    throw refusal(
      'damagedData',
      this.source,
      `tile ${row + 1} of ${this.plan.table.rows} does not decode as ${this.plan.codec}`,
      'The compressed image is damaged; take another copy of the file.',
      { tile: row },
    );
  }
}

/** Copies the measured plane of a decoded tile to its place in the image. */
function place<Plane extends Float32Array | Uint16Array>(
  tile: Plane,
  box: TileBox,
  pixels: Plane,
  imageWidth: number,
): void {
  const first = box.planesBefore * box.width * box.height;
  for (let line = 0; line < box.height; line++) {
    const from = first + line * box.width;
    pixels.set(tile.subarray(from, from + box.width), (box.y + line) * imageWidth + box.x);
  }
}

/** @throws `badHeader`, `unsupportedCompression`, `tooLarge`; `damagedData` also when not one row is there. */
export function readTiledImage(
  source: ByteSource,
  image: ImageHdu,
  scaling: Scaling,
  options: PixelOptions,
  warnings: string[],
): PlaneResult {
  const plan = planTiles(source, image);
  if (plan.table.columns.has('NULL_PIXEL_MASK')) {
    warnings.push(
      'the mask of undefined pixels (NULL_PIXEL_MASK) was ignored; they are measured as they are',
    );
  }
  const { width, height } = image.shape;
  const budget = { ...options, ratio: fitsLimits.tileRatio };
  const reader = new TileReader(source, image, plan, scaling);
  if (options.words !== undefined && fitsWords(image, plan, scaling)) {
    checkClaim(source, width, height, budget);
    const samples = options.words.allocate(width * height);
    const rows = fillPlane(source, image, plan, reader, samples, (count) => new Uint16Array(count));
    const truncated = rows < height ? { validRows: rows } : null;
    return { pixels: new Float32Array(0), words: storedWords(samples, scaling), truncated };
  }
  const pixels = allocatePlane(source, width, height, budget);
  const rows = fillPlane(source, image, plan, reader, pixels, (count) => new Float32Array(count));
  return { pixels, truncated: rows < height ? { validRows: rows } : null };
}

/** Whether the tiles hold integers of up to 16 bits, none of them undefined. */
function fitsWords(image: ImageHdu, plan: TilePlan, scaling: Scaling): boolean {
  const isShort = image.bitpix === 16 || image.bitpix === 8;
  return (
    isShort &&
    !plan.quantised &&
    plan.blank === null &&
    !plan.table.columns.has('ZBLANK') &&
    keepsOrder(scaling)
  );
}

/** Decodes all tiles of the measured plane into `pixels`; returns the first row that is missing, or the height. */
function fillPlane<Plane extends Float32Array | Uint16Array>(
  source: ByteSource,
  image: ImageHdu,
  plan: TilePlan,
  reader: TileReader,
  pixels: Plane,
  room: (count: number) => Plane,
): number {
  const { width, height, planes } = image.shape;
  let scratch = room(0);
  let firstMissingRow = height;
  for (const box of boxes(plan, planes === 3 ? 1 : 0)) {
    const count = box.width * box.height * box.depth;
    const direct = box.width === width && box.depth === 1;
    if (!direct && scratch.length < count) scratch = room(count);
    const target = direct
      ? { out: pixels, at: box.y * width, count, width: box.width }
      : { out: scratch, at: 0, count, width: box.width };
    const there = reader.read(box.row, target);
    if (!there) {
      firstMissingRow = Math.min(firstMissingRow, box.y);
      target.out.fill(Number.NaN, target.at, target.at + count);
    }
    if (!direct) place(scratch, box, pixels, width);
  }
  if (firstMissingRow === 0) {
    throw refusal(
      'damagedData',
      source,
      `the file ends before the first row of its ${width} x ${height} image is complete`,
      'The file was cut off while it was written or copied; take another copy.',
    );
  }
  return firstMissingRow;
}
