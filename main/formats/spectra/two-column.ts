/** Text with a channel and its counts on each line, as most programs can export. */
import { refusal } from '../refusal.ts';
import { checked, countsFrom, type Spectrum, type SpectrumFile, spectrum, textOf } from './spectrum.ts';

const line = /^\s*(\d+(?:\.\d+)?)[\s,;]+([-+.\deE]+)\s*$/;

export function looksLikeTwoColumns(text: string): boolean {
  const lines = text
    .slice(0, 4096)
    .split(/\r\n|\n|\r/)
    .slice(0, -1)
    .filter((each) => each.trim() !== '' && !each.startsWith('#'));
  return lines.length >= 4 && lines.slice(0, 50).every((each) => line.test(each));
}

/** @throws NightsiftError `damagedData`, `tooLarge` */
export function readTwoColumns(file: SpectrumFile): Spectrum[] {
  const rows = textOf(file)
    .split(/\r\n|\n|\r/)
    .filter((each) => each.trim() !== '' && !each.startsWith('#'));
  const words = rows.map((each, row) => {
    const found = line.exec(each);
    if (found !== null) return found[2]!;
    throw refusal(
      'damagedData',
      file,
      `line ${row + 1} is no pair of channel and counts`,
      'Expected two numbers on each line.',
    );
  });
  return [checked(spectrum({ counts: countsFrom(words, file, 'two-column') }), file)];
}
