/** ORTEC's and the IAEA's ASCII spectra (.spe): blocks that begin with a $NAME: line. */
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

export function looksLikeSpe(text: string): boolean {
  return /^\s*\$(SPEC_ID|SPEC_REM|DATE_MEA|MEAS_TIM|DATA):/m.test(text.slice(0, 4096));
}

/** @throws NightsiftError `damagedData`, `tooLarge` */
export function readSpe(file: SpectrumFile): Spectrum[] {
  const blocks = blocksOf(textOf(file));
  const data = blocks.get('DATA');
  const [first, last] = words(data?.[0] ?? '').map(Number);
  if (data === undefined || first === undefined || last === undefined || !(last >= first)) {
    throw refusal(
      'damagedData',
      file,
      'it has no $DATA: block with the numbers of its channels',
      'Export it again.',
    );
  }
  const given = words(data.slice(1).join(' '));
  const wanted = last - first + 1;
  if (given.length < wanted) {
    throw refusal(
      'damagedData',
      file,
      `${given.length} channels follow $DATA:, which announces ${wanted}`,
      'The file was cut short: take another copy.',
    );
  }
  const [live, real] = words(blocks.get('MEAS_TIM')?.[0] ?? '').map(Number);
  return [
    checked(
      spectrum({
        title: (blocks.get('SPEC_ID') ?? []).join(' ').trim(),
        counts: countsFrom(given.slice(0, wanted), file, '.spe'),
        calibration: calibrationOf(blocks),
        liveSeconds: positive(live),
        realSeconds: positive(real),
        start: americanDate(blocks.get('DATE_MEA')?.[0] ?? ''),
        detector: detectorOf(blocks.get('SPEC_REM') ?? []),
      }),
      file,
    ),
  ];
}

function blocksOf(text: string): Map<string, string[]> {
  const blocks = new Map<string, string[]>();
  let lines: string[] | null = null;
  for (const line of text.split(/\r\n|\n|\r/)) {
    const name = /^\s*\$([A-Z_0-9]+):/i.exec(line)?.[1];
    if (name !== undefined) {
      lines = [];
      blocks.set(name.toUpperCase(), lines);
    } else lines?.push(line);
  }
  return blocks;
}

/** $MCA_CAL: number of terms, then the terms; else $ENER_FIT: offset and gain. In keV. */
function calibrationOf(blocks: ReadonlyMap<string, string[]>): number[] | null {
  const mca = words((blocks.get('MCA_CAL') ?? []).slice(1).join(' ')).slice(
    0,
    Number(blocks.get('MCA_CAL')?.[0]?.trim() ?? 0),
  );
  const numbers = mca.filter((word) => word !== 'keV').map(Number);
  if (numbers.length >= 2 && numbers.slice(1).some((term) => term !== 0)) return numbers;
  const fit = words(blocks.get('ENER_FIT')?.[0] ?? '').map(Number);
  return fit.length >= 2 ? fit : null;
}

function detectorOf(remarks: readonly string[]): string | null {
  const line = remarks.find((remark) => remark.startsWith('DETDESC#'));
  return line === undefined ? null : line.slice('DETDESC#'.length).trim();
}

function positive(value: number | undefined): number | null {
  return value !== undefined && value > 0 ? value : null;
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
