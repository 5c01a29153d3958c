/** A data set version of records as lists: one table for each split, metadata.json beside them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatasetItem, DatasetVersion } from '../../library/datasets.ts';
import type { Library } from '../../library/open-library.ts';
import { makeFolder, writeWholeFile } from '../../library/whole-files.ts';
import { isTaken, wouldOverwrite } from '../files/place-file.ts';

const header = 'file,id,label,labelledBy,group,contentHash';

/** `train.csv`, `test.csv`, … Errors: wouldOverwrite when another export lies there, diskFull. */
export function exportRecordList(
  library: Library,
  version: DatasetVersion,
  into: string,
): { into: string; files: number; warnings: string[] } {
  const bySplit = new Map<string, DatasetItem[]>();
  for (const item of library.datasets.items(version.id)) {
    const known = bySplit.get(item.split);
    if (known === undefined) bySplit.set(item.split, [item]);
    else known.push(item);
  }
  const { name, version: number, hash, createdAt, metadata } = version;
  const texts = new Map([...bySplit].map(([split, items]) => [`${split}.csv`, listOf(items)]));
  texts.set(
    'metadata.json',
    `${JSON.stringify({ ...metadata, name, version: number, hash, createdAt }, null, 2)}\n`,
  );
  for (const [file, text] of texts) {
    const path = join(into, file);
    if (isTaken(path) && readFileSync(path, 'utf8') !== text) throw wouldOverwrite(path);
  }
  makeFolder(into);
  for (const [file, text] of texts) writeWholeFile(join(into, file), Buffer.from(text));
  return { into, files: texts.size, warnings: [] };
}

function listOf(items: readonly DatasetItem[]): string {
  const lines = items.map(({ root, file, label, labelledBy, group, contentHash }) => {
    const at = file.indexOf('#');
    const cells = [join(root, file.slice(0, at)), file.slice(at + 1), label, labelledBy, group, contentHash];
    return cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',');
  });
  return `${[header, ...lines].join('\n')}\n`;
}
