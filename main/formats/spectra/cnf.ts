/**
 * Canberra's CNF: a directory of blocks of 48 bytes from byte 112 on; the acquisition block holds times and the energy
 * calibration in the number formats of a VAX, the channel block the counts.
 */
import { refusal } from '../refusal.ts';
import { checked, mostChannels, type Spectrum, type SpectrumFile, spectrum } from './spectrum.ts';

const directory = 112;
const entryBytes = 48;
const acquisition = 0x00012000;
const channelData = 0x00012005;
/** Counts begin behind the head of their block. */
const dataHead = 512;
/** Places within the acquisition block are counted from behind its own head. */
const blockHead = 48;
/** Hundreds of nanoseconds from 17 November 1858, where a VAX begins to count, to 1970. */
const vaxEpochSeconds = 3_506_716_800;

export function looksLikeCnf({ bytes }: SpectrumFile): boolean {
  return bytes.length > directory + entryBytes && idOf(viewOf(bytes), 0) === acquisition;
}

/** @throws NightsiftError `damagedData` */
export function readCnf(file: SpectrumFile): Spectrum[] {
  const view = viewOf(file.bytes);
  const parameters = findBlock(view, acquisition);
  const data = findBlock(view, channelData);
  if (parameters === null || data === null || data + dataHead > view.byteLength) {
    throw refusal(
      'damagedData',
      file,
      'it has no block of channels',
      'The file was cut short: take another copy.',
    );
  }
  const channels = Math.min(mostChannels, Math.floor((endOf(view, data) - data - dataHead) / 4));
  const times = parameters + blockHead + view.getUint16(parameters + 36, true) + 1;
  const energies = parameters + blockHead + view.getUint16(parameters + 34, true) + 68;
  if (times + 24 > view.byteLength || energies + 16 > view.byteLength) {
    throw refusal(
      'damagedData',
      file,
      'its acquisition block points beyond its end',
      'Take another copy of the file.',
    );
  }
  return [
    checked(
      spectrum({
        counts: Float64Array.from({ length: channels }, (_, channel) =>
          view.getUint32(data + dataHead + 4 * channel, true),
        ),
        calibration: [0, 4, 8, 12].map((offset) => vaxFloat(view, energies + offset)),
        start: dateOf(view.getBigUint64(times, true)),
        realSeconds: interval(view.getBigInt64(times + 8, true)),
        liveSeconds: interval(view.getBigInt64(times + 16, true)),
      }),
      file,
    ),
  ];
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function idOf(view: DataView, entry: number): number {
  return view.getUint32(directory + entry * entryBytes, true);
}

const mostEntries = 80;

function findBlock(view: DataView, id: number): number | null {
  for (let entry = 0; entry < mostEntries; entry += 1) {
    const at = directory + entry * entryBytes;
    if (at + entryBytes > view.byteLength) return null;
    const offset = view.getUint32(at + 10, true);
    if (idOf(view, entry) === id && offset + entryBytes < view.byteLength) return offset;
  }
  return null;
}

/** Channels reach to the next block, or to the end of the file. */
function endOf(view: DataView, data: number): number {
  let end = view.byteLength;
  for (let entry = 0; entry < mostEntries; entry += 1) {
    const at = directory + entry * entryBytes;
    const offset = at + entryBytes > view.byteLength ? 0 : view.getUint32(at + 10, true);
    if (offset > data + dataHead && offset < end) end = offset;
  }
  return end;
}

/** A VAX F-float: the words swapped, and the exponent two higher than IEEE has it. */
function vaxFloat(view: DataView, at: number): number {
  const swapped = new DataView(new ArrayBuffer(4));
  swapped.setUint16(0, view.getUint16(at + 2, true), true);
  swapped.setUint16(2, view.getUint16(at, true), true);
  return swapped.getFloat32(0, true) / 4;
}

/** Intervals are kept negative. */
function interval(ticks: bigint): number {
  return Number(-ticks) / 1e7;
}

function dateOf(ticks: bigint): string | null {
  const milliseconds = Number(ticks / 10_000n) - vaxEpochSeconds * 1000;
  const date = new Date(milliseconds);
  return Number.isFinite(milliseconds) && milliseconds > 0 ? date.toISOString().replace('Z', '') : null;
}
