/** Any of the layouts that telemetry comes in, as a header and rows of cells: tables of any format, PHD2 guide logs. */
import { NightsiftError } from '../../../contract/errors.ts';
import { readTextTable } from '../../formats/tables/read-any-table.ts';
import type { Table } from '../../formats/tables/table.ts';
import type { SourceBytes } from '../family.ts';
import { isGuideLog, readGuideLog } from './guide-log.ts';

/** @throws NightsiftError `empty`, `badHeader`, `damagedData`, `tooLarge` */
export function readRecordTable({ file, bytes, table: given }: SourceBytes): Table {
  if (given === undefined) {
    const start = new TextDecoder()
      .decode(bytes.subarray(0, 4096))
      .replace(/^\ufeff/, '')
      .trimStart();
    if (isGuideLog(start)) return readGuideLog(new TextDecoder().decode(bytes), file);
  }
  const table = given ?? readTextTable(bytes, file);
  if (table.rows.length > 0) return table;
  throw new NightsiftError('empty', `${file} has a header and no row below it.`, {
    hint: 'Expected one row for each reading.',
  });
}
