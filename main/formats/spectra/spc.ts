/** ORTEC's binary .Spc: records of 128 bytes; the first names the others by number, counted from 1. */
import { refusal } from '../refusal.ts';
import { checked, mostChannels, type Spectrum, type SpectrumFile, spectrum } from './spectrum.ts';

const recordBytes = 128;
/** Kinds of the channel data. */
const whole = 1;
const real = 5;

export function looksLikeSpc({ bytes }: SpectrumFile): boolean {
  if (bytes.length < 4 * recordBytes || bytes.length % recordBytes !== 0) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = view.getInt16(2, true);
  const first = view.getInt16(60, true);
  return (
    view.getInt16(0, true) === 1 &&
    (kind === whole || kind === real) &&
    first > 1 &&
    view.getInt16(64, true) > 0
  );
}

/** @throws NightsiftError `damagedData` */
export function readSpc(file: SpectrumFile): Spectrum[] {
  const { bytes } = file;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const channels = view.getUint16(64, true);
  const at = (view.getInt16(60, true) - 1) * recordBytes;
  if (channels > mostChannels || at + 4 * channels > bytes.length) {
    throw refusal(
      'damagedData',
      file,
      `it ends before its ${channels} channels do`,
      'The file was cut short: take another copy.',
    );
  }
  const isReal = view.getInt16(2, true) === real;
  const read = (channel: number): number =>
    isReal ? view.getFloat32(at + 4 * channel, true) : view.getInt32(at + 4 * channel, true);
  return [
    checked(
      spectrum({
        counts: Float64Array.from({ length: channels }, (_, channel) => read(channel)),
        calibration: calibrationOf(view),
        liveSeconds: view.getFloat32(94, true),
        realSeconds: view.getFloat32(90, true),
        start: startOf(bytes, view.getInt16(8, true)),
      }),
      file,
    ),
  ];
}

/** Offset, gain and square, from the sixth number of the first calibration record on. */
function calibrationOf(view: DataView): number[] | null {
  const at = (view.getInt16(34, true) - 1) * recordBytes + 20;
  if (at < recordBytes || at + 12 > view.byteLength) return null;
  return [0, 4, 8].map((offset) => view.getFloat32(at + offset, true));
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

/** `17-SEP-121  13:41:07` in the acquisition record; the third digit of the year tells the century. */
function startOf(bytes: Uint8Array, record: number): string | null {
  if (record < 2) return null;
  const at = (record - 1) * recordBytes;
  const text = new TextDecoder('latin1').decode(bytes.subarray(at + 16, at + 40));
  const found = /^(\d\d)-([A-Z]{3})-(\d\d)(\d?)\s+(\d\d:\d\d:\d\d)/.exec(text);
  const month = months.indexOf(found?.[2] ?? '');
  if (found === null || month < 0) return null;
  const year = `${found[4] === '1' ? '20' : '19'}${found[3]}`;
  return `${year}-${String(month + 1).padStart(2, '0')}-${found[1]}T${found[5]}`;
}
