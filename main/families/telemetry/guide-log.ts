/** PHD2 guide logs: sections of guiding, each with its start, its pixel scale and rows of corrections. */
import { NightsiftError } from '../../../contract/errors.ts';
import type { Table } from '../../formats/tables/table.ts';
import type { Problem } from '../family.ts';

export function isGuideLog(start: string): boolean {
  return /^PHD2 version|^Guiding Begins at/im.test(start);
}

const header = ['timestamp', 'ra_error', 'dec_error', 'total_error', 'star_mass', 'snr', 'state'] as const;

/** Columns of PHD2 that something is read from. */
const readColumns = ['time', 'mount', 'rarawdistance', 'decrawdistance', 'starmass', 'snr'] as const;

/**
 * Errors in arcseconds where the log tells its pixel scale, else in pixels. Frames that PHD2 dropped have no errors.
 * Times are those of the computer's clock, without a zone.
 * @throws NightsiftError `empty`
 */
export function readGuideLog(text: string, file: string): Table {
  const rows: string[][] = [];
  const numbers: number[] = [];
  const problems: Problem[] = [];
  let begun = Number.NaN;
  let scale: number | null = null;
  let columns: string[] | null = null;
  text.split(/\r?\n/).forEach((line, index) => {
    const start = /^Guiding Begins at (\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})/i.exec(line);
    if (start) {
      begun = Date.parse(`${start[1]}T${start[2]}Z`);
      columns = null;
      return;
    }
    if (/^Guiding Ends/i.test(line)) columns = null;
    const told = /Pixel scale\s*=\s*([\d.]+)\s*arc-?sec/i.exec(line);
    if (told) scale = Number(told[1]);
    if (/^Frame,Time/i.test(line)) {
      columns = line.split(',').map((name) => name.trim().toLowerCase());
      return;
    }
    if (columns === null || !/^\d+,/.test(line)) return;
    const cells = line.split(',').map((cell) => cell.trim().replace(/^"|"$/g, ''));
    const needed = 1 + Math.max(...readColumns.map((name) => columns?.indexOf(name) ?? -1));
    if (cells.length < needed) {
      const sentence = `Row ${index + 1} has ${cells.length} cells where ${needed} or more belong; it was left out.`;
      problems.push({ row: index + 1, column: null, code: 'raggedRow', sentence });
      return;
    }
    const cell = (name: string): string => cells[columns?.indexOf(name) ?? -1] ?? '';
    for (const name of ['rarawdistance', 'decrawdistance']) {
      const word = cell(name);
      if (Number.isFinite(Number(word))) continue;
      const sentence = `Row ${index + 1}: "${word.slice(0, 20)}" in ${name} is no number; none was taken.`;
      problems.push({ row: index + 1, column: name, code: 'notANumber', sentence });
    }
    const seconds = Number(cell('time'));
    if (!Number.isFinite(begun + seconds)) {
      const sentence = `Row ${index + 1} has no time that can be read; it was left out.`;
      problems.push({ row: index + 1, column: 'Time', code: 'badTime', sentence });
      return;
    }
    const [ra, dec] = [cell('rarawdistance'), cell('decrawdistance')].map((value) =>
      value === '' ? Number.NaN : Number(value) * (scale ?? 1),
    ) as [number, number];
    const shown = (value: number): string => (Number.isFinite(value) ? String(value) : '');
    rows.push([
      new Date(begun + seconds * 1000).toISOString().slice(0, -1),
      shown(ra),
      shown(dec),
      shown(Math.hypot(ra, dec)),
      cell('starmass'),
      cell('snr'),
      cell('mount') === '' ? 'dropped' : cell('mount').toLowerCase(),
    ]);
    numbers.push(index + 1);
  });
  const unit = scale === null ? '_px' : '';
  const named = header.map((name) => (name.endsWith('_error') ? `${name}${unit}` : name));
  if (rows.length > 0) return { header: named, rows, rowNumbers: numbers, problems };
  throw new NightsiftError('empty', `${file} is a guide log without a row of guiding.`, {
    hint: 'Choose a log of a night on which PHD2 guided.',
  });
}
