/**
 * Frame records as bytes, for the catalogue. Layout, little-endian: the four letters NSFR, u16 version, u16 zero,
 * u32 length and u32 CRC-32 of what follows; then u32 length of a JSON text with everything small, the text, and
 * the arrays one after the other in a fixed order, their lengths taken from the JSON.
 */
import { NightsiftError } from '../../../contract/errors.ts';
import type {
  BackgroundMesh,
  FrameChecks,
  FrameRecord,
  StarTable,
  SuspectedLines,
  TrailCandidate,
} from './record.ts';

const magic = 0x5246534e; // "NSFR"
/** Raised whenever the layout or the meaning of a figure changes; older records are measured again. */
export const recordVersion = 3;
const frontLength = 16;

type NumberArray = Float32Array | Float64Array | Uint16Array | Uint8Array;

interface Envelope {
  readonly facts: Omit<FrameRecord, 'stars' | 'mesh' | 'trails' | 'checks' | 'view' | 'crops' | 'lines'>;
  readonly checks: Omit<FrameChecks, 'hotPixels' | 'cosmicRays' | 'badColumns' | 'badRows'>;
  readonly spots: { readonly hotPixels: number; readonly cosmicRays: number };
  readonly mesh: Pick<BackgroundMesh, 'columns' | 'rows' | 'cellPixels'>;
  readonly view: { readonly width: number; readonly height: number };
  readonly crops: { readonly count: number; readonly side: number };
  readonly lines: Pick<SuspectedLines, 'count'>;
  /** Elements of each array, in the order they are written. */
  readonly lengths: readonly number[];
}

const starColumns = ['x', 'y', 'flux', 'peak', 'snr', 'fwhm', 'hfr', 'ellipticity', 'angle'] as const;
const trailColumns = ['x1', 'y1', 'x2', 'y2', 'width', 'snr', 'significance', 'fill'] as const;

/** Bytes of a record; `decodeRecord` gives the same record back, NaN included. */
export function encodeRecord(record: FrameRecord): Uint8Array {
  const { stars, mesh, trails, checks, view, crops, lines, ...facts } = record;
  const { hotPixels, cosmicRays, badColumns, badRows, ...simpleChecks } = checks;
  const arrays: NumberArray[] = [
    ...starColumns.map((name) => stars[name]),
    stars.flags,
    mesh.level,
    mesh.sigma,
    Float64Array.from(trails.flatMap((trail) => trailColumns.map((name) => trail[name]))),
    hotPixels.x,
    hotPixels.y,
    cosmicRays.x,
    cosmicRays.y,
    badColumns,
    badRows,
    view.data,
    crops.data,
    lines.figures,
    lines.ends,
  ];
  const envelope: Envelope = {
    facts,
    checks: simpleChecks,
    spots: { hotPixels: hotPixels.count, cosmicRays: cosmicRays.count },
    mesh: { columns: mesh.columns, rows: mesh.rows, cellPixels: mesh.cellPixels },
    view: { width: view.width, height: view.height },
    crops: { count: crops.count, side: crops.side },
    lines: { count: lines.count },
    lengths: arrays.map((array) => array.length),
  };
  const text = new TextEncoder().encode(JSON.stringify(envelope));
  const size = frontLength + 4 + text.length + arrays.reduce((sum, array) => sum + array.byteLength, 0);
  const bytes = new Uint8Array(size);
  const writer = new DataView(bytes.buffer);
  writer.setUint32(0, magic, true);
  writer.setUint16(4, recordVersion, true);
  writer.setUint32(8, size - frontLength, true);
  writer.setUint32(frontLength, text.length, true);
  bytes.set(text, frontLength + 4);
  let offset = frontLength + 4 + text.length;
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), offset);
    offset += array.byteLength;
  }
  writer.setUint32(12, crc32(bytes.subarray(frontLength)), true);
  return bytes;
}

/** The record in these bytes. Throws `libraryDamaged` when they were changed or cut, `unsupported` for another version. */
export function decodeRecord(bytes: Uint8Array): FrameRecord {
  const body = openEnvelope(bytes);
  const reader = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const textLength = reader.getUint32(0, true);
  if (textLength > body.length - 4) throw damaged('its text is longer than the record');
  const envelope = JSON.parse(new TextDecoder().decode(body.subarray(4, 4 + textLength))) as Envelope;
  const take = arrayTaker(body, 4 + textLength, envelope.lengths);
  const stars = takeStars(take);
  const mesh: BackgroundMesh = { ...envelope.mesh, level: take(Float32Array), sigma: take(Float32Array) };
  const trails = takeTrails(take(Float64Array));
  const spots = (count: number) => ({ count, x: take(Uint16Array), y: take(Uint16Array) });
  const checks: FrameChecks = {
    ...envelope.checks,
    hotPixels: spots(envelope.spots.hotPixels),
    cosmicRays: spots(envelope.spots.cosmicRays),
    badColumns: take(Uint16Array),
    badRows: take(Uint16Array),
  };
  return {
    ...envelope.facts,
    stars,
    mesh,
    trails,
    checks,
    view: { ...envelope.view, data: take(Uint8Array) },
    crops: { ...envelope.crops, data: take(Uint8Array) },
    lines: { ...envelope.lines, figures: take(Float32Array), ends: take(Float32Array) },
  };
}

function openEnvelope(bytes: Uint8Array): Uint8Array {
  if (bytes.length < frontLength + 4) throw damaged(`${bytes.length} bytes are too few`);
  const reader = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (reader.getUint32(0, true) !== magic) throw damaged('it does not begin with NSFR');
  const version = reader.getUint16(4, true);
  if (version !== recordVersion) {
    throw new NightsiftError(
      'unsupported',
      `A frame record has version ${version}; this program reads ${recordVersion}.`,
      {
        hint: 'Scan the session again, which measures its frames anew, and make a new version of data sets of it.',
      },
    );
  }
  const length = reader.getUint32(8, true);
  const body = bytes.subarray(frontLength);
  if (length !== body.length) throw damaged(`it should hold ${length} bytes and holds ${body.length}`);
  if (reader.getUint32(12, true) !== crc32(body)) throw damaged('its checksum does not fit');
  return body;
}

interface ArrayKind<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer): T;
}

function arrayTaker(body: Uint8Array, start: number, lengths: readonly number[]) {
  let offset = start;
  let index = 0;
  return <T>(kind: ArrayKind<T>): T => {
    const size = (lengths[index++] ?? 0) * kind.BYTES_PER_ELEMENT;
    if (offset + size > body.length) throw damaged('its arrays are longer than the record');
    // Copied, so that the array is aligned and does not hold the whole record.
    const copy = body.slice(offset, offset + size);
    offset += size;
    return new kind(copy.buffer);
  };
}

function takeStars(take: <T>(kind: ArrayKind<T>) => T): StarTable {
  const columns = Object.fromEntries(starColumns.map((name) => [name, take(Float32Array)])) as Record<
    (typeof starColumns)[number],
    Float32Array
  >;
  return { count: columns.x.length, ...columns, flags: take(Uint8Array) };
}

function takeTrails(values: Float64Array): TrailCandidate[] {
  const width = trailColumns.length;
  return Array.from({ length: Math.floor(values.length / width) }, (_, i) => {
    const entries = trailColumns.map((name, k) => [name, values[i * width + k]]);
    return Object.fromEntries(entries) as TrailCandidate;
  });
}

function damaged(found: string): NightsiftError {
  return new NightsiftError('libraryDamaged', `A frame record is damaged: ${found}.`, {
    hint: 'Run "nightsift doctor", then scan the session again: its frames are measured anew.',
  });
}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

/** CRC-32 as in ISO 3309. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = crcTable[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
