/**
 * Any file that holds a table, known by its bytes. Text is read at once; HDF5 and Parquet come with libraries that
 * have to be waited for, so arrays are read ahead of the families, which never wait.
 */
import { gunzipSync } from 'node:zlib';
import { readTable } from '../csv/read-table.ts';
import { isGzip } from '../fits/gzip-file.ts';
import { refusal } from '../refusal.ts';
import { tableFromArrays } from './arrays.ts';
import { looksLikeHdf5, readHdf5 } from './hdf5.ts';
import { looksLikeJson, readJsonTable } from './json-table.ts';
import { looksLikeNpy, readNpy } from './npy.ts';
import { looksLikeZip, readNpz } from './npz.ts';
import { looksLikeParquet, readParquet } from './parquet.ts';
import type { Table } from './table.ts';

interface ArrayFormat {
  readonly name: string;
  fits(bytes: Uint8Array): boolean;
  read(bytes: Uint8Array, file: { readonly name: string }): Table | Promise<Table>;
}

/** A new one: a file of its own and one line here. */
export const arrayFormats: readonly ArrayFormat[] = [
  { name: 'NPY', fits: looksLikeNpy, read: (bytes, file) => tableFromArrays(readNpy(bytes, file), file) },
  { name: 'NPZ', fits: looksLikeZip, read: (bytes, file) => tableFromArrays(readNpz(bytes, file), file) },
  { name: 'HDF5', fits: looksLikeHdf5, read: readHdf5 },
  { name: 'Parquet', fits: looksLikeParquet, read: readParquet },
];

/** The table of an array format; null for anything else. Errors: the refusals of the formats. */
export async function readArrayTable(bytes: Uint8Array, file: string): Promise<Table | null> {
  const format = arrayFormats.find(({ fits }) => fits(bytes));
  return format === undefined ? null : format.read(bytes, { name: file });
}

const startBytes = 4096;
const largestUnpacked = 1024 ** 3;

/** CSV and its kin or JSON. Errors: empty, badHeader, damagedData, tooLarge. */
export function readTextTable(bytes: Uint8Array, file: string): Table {
  const plain = isGzip(bytes) ? unpacked(bytes, file) : bytes;
  const start = new TextDecoder().decode(plain.subarray(0, startBytes));
  refuseWebPage(start, file);
  return looksLikeJson(start) ? readJsonTable(new TextDecoder().decode(plain), file) : readTable(plain, file);
}

/** What servers send in place of a file that is gone or wants a password. Errors: badHeader. */
function refuseWebPage(start: string, file: string): void {
  if (!/^\s*<(?:!doctype\s+html|html|head|body)\b/i.test(start)) return;
  throw refusal(
    'badHeader',
    { name: file },
    'it is a web page (HTML) and no table',
    'Download the file itself: a page in its place often says why it was not sent.',
  );
}

function unpacked(bytes: Uint8Array, file: string): Uint8Array {
  try {
    const plain = gunzipSync(bytes, { maxOutputLength: largestUnpacked });
    return new Uint8Array(plain.buffer, plain.byteOffset, plain.byteLength);
  } catch (thrown) {
    const isBomb =
      thrown instanceof RangeError ||
      (thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_BUFFER_TOO_LARGE');
    throw isBomb
      ? refusal(
          'tooLarge',
          { name: file },
          `it unpacks to more than ${largestUnpacked} bytes`,
          'Split it into several files.',
        )
      : refusal(
          'damagedData',
          { name: file },
          'it is gzipped, and the stream is damaged or cut short',
          'Copy the file again.',
        );
  }
}
