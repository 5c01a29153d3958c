/**
 * RADDATA addresses, which instruments show as QR codes: base64url of a deflated text of fields and of counts, runs of
 * zeros counted, in stream-vbyte (two bits for each number say of how many bytes it is).
 */
import { unzlibSync } from 'fflate';
import { refusal } from '../refusal.ts';
import { checked, mostChannels, type Spectrum, type SpectrumFile, spectrum, textOf } from './spectrum.ts';

const address = /^RADDATA:\/\/G0\/([0-9A-Fa-f])([0-9A-Fa-f])[0-9A-Fa-f]{2,}\/([\w-]+=*)$/;
const mostInflated = 16 * 1024 * 1024;

export function looksLikeRaddata(text: string): boolean {
  return text.startsWith('RADDATA://');
}

/** @throws NightsiftError `damagedData`, `unsupportedLayout` */
export function readRaddata(file: SpectrumFile): Spectrum[] {
  const found = address.exec(textOf(file).trim());
  if (found === null) {
    throw refusal(
      'unsupportedLayout',
      file,
      'its options are none that are known',
      'Give a G0 address in one part, deflated and base64url.',
    );
  }
  const bytes = inflated(found[3]!, file);
  const mark = indexOfMark(bytes);
  if (mark < 0) throw refusal('damagedData', file, 'it holds no counts', 'Scan the code again.');
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, mark));
  const field = (letter: string): string | null =>
    new RegExp(`(?:^|\\s)${letter}:(.*?)(?=\\s[A-Z]:|$)`).exec(head)?.[1]?.trim() ?? null;
  const [realSeconds, liveSeconds] = (field('T') ?? '').split(',').map(Number);
  const kind = field('I');
  return [
    checked(
      spectrum({
        title: field('O') ?? '',
        counts: withZeros(numbersOf(bytes.subarray(mark + 2), file), file),
        calibration: field('C')?.split(',').map(Number) ?? null,
        realSeconds: realSeconds ?? null,
        liveSeconds: liveSeconds ?? null,
        start: dateOf(field('P')),
        detector: field('M'),
        isBackground: kind === 'B',
      }),
      file,
    ),
  ];
}

function inflated(text: string, file: SpectrumFile): Uint8Array {
  try {
    const packed = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) =>
      letter.charCodeAt(0),
    );
    if (packed.length * 1032 > mostInflated && packed.length > mostInflated) throw new Error('too long');
    return unzlibSync(packed);
  } catch (thrown) {
    throw refusal(
      'damagedData',
      file,
      `its bytes cannot be unpacked (${(thrown as Error).message})`,
      'Scan the code again.',
    );
  }
}

/** ` S:` ends the fields. */
function indexOfMark(bytes: Uint8Array): number {
  for (let at = 0; at + 2 < bytes.length; at += 1)
    if (bytes[at] === 0x20 && bytes[at + 1] === 0x53 && bytes[at + 2] === 0x3a) return at + 1;
  return -1;
}

function numbersOf(bytes: Uint8Array, file: SpectrumFile): number[] {
  const count = bytes[0]! + 256 * bytes[1]!;
  const keys = bytes.subarray(2, 2 + Math.ceil(count / 4));
  let at = 2 + keys.length;
  const numbers = Array.from({ length: count }, (_, place) => {
    const length = (((keys[place >> 2] ?? 0) >> (2 * (place & 3))) & 3) + 1;
    let value = 0;
    for (let byte = 0; byte < length; byte += 1) value += (bytes[at + byte] ?? 0) * 256 ** byte;
    at += length;
    return value;
  });
  if (at <= bytes.length) return numbers;
  throw refusal('damagedData', file, 'its counts are cut short', 'Scan the code again.');
}

function withZeros(numbers: readonly number[], file: SpectrumFile): Float64Array {
  const counts: number[] = [];
  for (let place = 0; place < numbers.length; place += 1) {
    const value = numbers[place]!;
    const run = value === 0 ? (numbers[++place] ?? 1) : 1;
    if (counts.length + run > mostChannels)
      throw refusal(
        'tooLarge',
        file,
        'a run of zeros beyond the channels of any spectrum',
        'Scan the code again.',
      );
    for (let channel = 0; channel < run; channel += 1) counts.push(value);
  }
  return Float64Array.from(counts);
}

/** 20131226T211500 */
function dateOf(text: string | null): string | null {
  const found = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)/.exec(text ?? '');
  if (found === null) return null;
  const [, year, month, day, hour, minute, second] = found;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}`;
}
