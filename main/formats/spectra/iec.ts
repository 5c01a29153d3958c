/**
 * IEC 1455 ASCII spectra: lines of 70 characters that begin with A004; four head lines, 58 lines in all before the
 * data, then a channel number and five counts a line.
 */
import { refusal } from '../refusal.ts';
import {
  americanDate,
  checked,
  countsFrom,
  type Spectrum,
  type SpectrumFile,
  spectrum,
  textOf,
} from './spectrum.ts';

const mark = 'A004';
const headLines = 58;
/** Characters of the numbers in the data lines, and of those of the calibration. */
const channelWidth = 6;
const countWidth = 10;
const termWidth = 15;

export function looksLikeIec(text: string): boolean {
  return text.startsWith(mark);
}

/** @throws NightsiftError `damagedData`, `tooLarge` */
export function readIec(file: SpectrumFile): Spectrum[] {
  const lines = textOf(file)
    .split(/\r\n|\n|\r/)
    .filter((line) => line.startsWith(mark))
    .map((line) => line.slice(mark.length));
  const [live, real, channels] = (lines[1] ?? '').trim().split(/\s+/).map(Number);
  if (channels === undefined || !(channels > 0)) {
    throw refusal(
      'damagedData',
      file,
      'its second line does not tell the number of channels',
      'Export it again.',
    );
  }
  const words = lines.slice(headLines).flatMap((line) => fields(line.slice(channelWidth), countWidth));
  if (words.length < channels) {
    throw refusal(
      'damagedData',
      file,
      `${words.length} channels are there of the ${channels} that its head announces`,
      'The file was cut short: take another copy.',
    );
  }
  return [
    checked(
      spectrum({
        title: (lines[0] ?? '').trim(),
        counts: countsFrom(words.slice(0, channels), file, 'IEC 1455'),
        calibration: fields(lines[3] ?? '', termWidth).map(Number),
        liveSeconds: live ?? null,
        realSeconds: real ?? null,
        start: americanDate((lines[2] ?? '').trim()),
      }),
      file,
    ),
  ];
}

/** Pieces of a fixed width, trimmed, those without content left out. */
function fields(line: string, width: number): string[] {
  return Array.from({ length: Math.ceil(line.length / width) }, (_, place) =>
    line.slice(place * width, (place + 1) * width).trim(),
  ).filter((word) => word !== '');
}
