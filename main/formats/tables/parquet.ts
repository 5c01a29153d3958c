/** Apache Parquet, columns of numbers, words, times and lists, with any of its usual compressions. */

import type { AsyncBuffer } from 'hyparquet';
import { isNightsiftError } from '../../../contract/errors.ts';
import { quoted, refusal } from '../refusal.ts';
import { refuseTooMany } from './arrays.ts';
import { cellOf, type Table, tableOf } from './table.ts';

export function looksLikeParquet(bytes: Uint8Array): boolean {
  const word = (from: number) => new TextDecoder('latin1').decode(bytes.subarray(from, from + 4));
  return bytes.byteLength >= 12 && word(0) === 'PAR1' && word(bytes.byteLength - 4) === 'PAR1';
}

/** Errors: damagedData, tooLarge, badHeader (no column). */
export async function readParquet(bytes: Uint8Array, file: { readonly name: string }): Promise<Table> {
  const { parquetMetadataAsync, parquetReadObjects } = await import('hyparquet');
  const { compressors } = await import('hyparquet-compressors');
  const source: AsyncBuffer = {
    byteLength: bytes.byteLength,
    slice: (start, end) => Uint8Array.from(bytes.subarray(start, end)).buffer,
  };
  try {
    const metadata = await parquetMetadataAsync(source);
    const names = metadata.schema
      .slice(1)
      .filter((_, index) => isTopLevel(metadata.schema, index + 1))
      .map(({ name }) => name);
    const rowCount = Number(metadata.num_rows);
    refuseTooMany(rowCount * names.length, file);
    if (names.length === 0) throw refusal('badHeader', file, 'it has no column', 'Expected a table.');
    const rows = await parquetReadObjects({ file: source, metadata, compressors });
    return tableOf(
      names.map((name) => ({ name, rows: rows.length, cell: (row) => cellOf(rows[row]?.[name]) })),
    );
  } catch (thrown) {
    if (isNightsiftError(thrown)) throw thrown;
    const said = quoted(thrown instanceof Error ? thrown.message : String(thrown), 120);
    throw refusal(
      'damagedData',
      file,
      `Parquet cannot be read (${said})`,
      'Copy the file again, or save it anew.',
    );
  }
}

/** The schema is a tree written flat: each element is followed by its children. */
function isTopLevel(schema: readonly { readonly num_children?: number }[], place: number): boolean {
  let index = 1;
  while (index < place) {
    let open = schema[index]?.num_children ?? 0;
    index += 1;
    while (open > 0 && index < schema.length) {
      open += (schema[index]?.num_children ?? 0) - 1;
      index += 1;
    }
  }
  return index === place;
}
