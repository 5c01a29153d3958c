/** Any file of gamma spectra, known by its bytes and not by its name. */
import { refusal } from '../refusal.ts';
import { looksLikeCnf, readCnf } from './cnf.ts';
import { looksLikeIec, readIec } from './iec.ts';
import { looksLikeN42, readN42 } from './n42.ts';
import { looksLikePcf, readPcf } from './pcf.ts';
import { looksLikeRaddata, readRaddata } from './raddata.ts';
import { looksLikeRadiacode, readRadiacode } from './radiacode.ts';
import { looksLikeSpc, readSpc } from './spc.ts';
import { looksLikeSpe, readSpe } from './spe.ts';
import { type Spectrum, type SpectrumFile, textOf } from './spectrum.ts';
import { looksLikeTwoColumns, readTwoColumns } from './two-column.ts';

interface SpectrumFormat {
  readonly name: string;
  fits(file: SpectrumFile, text: string): boolean;
  read(file: SpectrumFile): Spectrum[];
}

/** In the order in which they are tried: the surest marks first. A new one: a file of its own and one line here. */
const formats: readonly SpectrumFormat[] = [
  { name: 'N42', fits: (_, text) => looksLikeN42(text), read: readN42 },
  { name: 'RadiaCode XML', fits: (_, text) => looksLikeRadiacode(text), read: readRadiacode },
  { name: 'SPE', fits: (_, text) => looksLikeSpe(text), read: readSpe },
  { name: 'IEC 1455', fits: (_, text) => looksLikeIec(text), read: readIec },
  { name: 'RADDATA', fits: (_, text) => looksLikeRaddata(text), read: readRaddata },
  { name: 'CNF', fits: looksLikeCnf, read: readCnf },
  { name: 'PCF', fits: looksLikePcf, read: readPcf },
  { name: 'SPC', fits: looksLikeSpc, read: readSpc },
  { name: 'two columns', fits: (_, text) => looksLikeTwoColumns(text), read: readTwoColumns },
];

const lookedAtBytes = 16_384;

/** True for the bytes of a spectrum format; tables of spectra are the family's own. */
export function isSpectrumFile(file: SpectrumFile): boolean {
  return formatOf(file) !== undefined;
}

/** @throws NightsiftError `empty`, `notAnImage` (none of the formats), `damagedData`, `badHeader`, `tooLarge`, … */
export function readSpectra(file: SpectrumFile): Spectrum[] {
  if (file.bytes.length === 0)
    throw refusal('empty', file, 'it has no byte', 'Take another copy of the file.');
  const format = formatOf(file);
  if (format !== undefined) return format.read(file);
  throw refusal(
    'notAnImage',
    file,
    'its bytes are none of a known spectrum format',
    `Known are ${formats.map(({ name }) => name).join(', ')}, and tables with a column of counts.`,
  );
}

function formatOf(file: SpectrumFile): SpectrumFormat | undefined {
  const text = textOf({ name: file.name, bytes: file.bytes.subarray(0, lookedAtBytes) });
  return formats.find(({ fits }) => fits(file, text));
}
