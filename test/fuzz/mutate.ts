/** Ways in which files get damaged, and ways in which somebody would damage them on purpose. Seeded. */

/** Numbers in 0..1 from a seed (mulberry32 by Tommy Ettinger, public domain idea; written anew). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Random = () => number;

function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

function pick<T>(random: Random, list: readonly T[]): T {
  return list[below(random, list.length)]!;
}

/** Values that readers stumble over. */
const values = [
  '0',
  '-1',
  '1',
  '2',
  '3',
  '7',
  '8',
  '16',
  '32',
  '-32',
  '-64',
  '64',
  '255',
  '65536',
  '99999',
  '2147483647',
  '2147483648',
  '-2147483648',
  '4294967296',
  '9007199254740993',
  '9223372036854775807',
  '1E308',
  '-1.5',
  '1.5',
  'NaN',
  'T',
  'F',
  "''",
  "'RICE_1  '",
  "'GZIP_1  '",
  "'GZIP_2  '",
  "'HCOMPRESS_1'",
  "'PLIO_1  '",
  "'NOCOMPRESS'",
  "'1PB(1)  '",
  "'1QB(9)  '",
  "'1PI     '",
  "'1D      '",
  "'9999J   '",
  "'SUBTRACTIVE_DITHER_2'",
  "'NONE    '",
  "'IMAGE   '",
  "'BINTABLE'",
  "'BLOCKSIZE'",
  "'BYTEPIX '",
];

const keywords = [
  'NAXIS',
  'NAXIS1',
  'NAXIS2',
  'NAXIS3',
  'BITPIX',
  'PCOUNT',
  'GCOUNT',
  'ZNAXIS1',
  'ZNAXIS2',
  'ZTILE1',
  'ZTILE2',
  'ZBITPIX',
  'THEAP',
  'TFIELDS',
  'BZERO',
  'BSCALE',
  'BLANK',
  'ZVAL1',
  'ZVAL2',
  'END',
  'COMMENT',
  'CONTINUE',
  'BAYERPAT',
  'DATE-OBS',
];

function isText(bytes: Uint8Array, at: number): boolean {
  if (at + 80 > bytes.length) return false;
  for (let i = at; i < at + 80; i++) if (bytes[i]! < 32 || bytes[i]! > 126) return false;
  return true;
}

/** Rewrites the value or the keyword of a random card. */
function changeCard(bytes: Uint8Array, random: Random): void {
  for (let attempt = 0; attempt < 30; attempt++) {
    const card = below(random, Math.floor(bytes.length / 80)) * 80;
    if (!isText(bytes, card)) continue;
    const renamed = random() < 0.3;
    const text = renamed ? pick(random, keywords).padEnd(8) : `= ${pick(random, values).padStart(20)}`;
    bytes.set(Buffer.from(text.padEnd(renamed ? 8 : 30)), renamed ? card : card + 8);
    return;
  }
}

/** Replaces a run of digits somewhere in the first bytes: sizes in XML, table descriptors in text. */
function changeDigits(bytes: Uint8Array, random: Random): void {
  const from = below(random, Math.min(bytes.length, 4096));
  for (let at = from; at < Math.min(bytes.length, from + 400); at++) {
    if (bytes[at]! < 48 || bytes[at]! > 57) continue;
    const run = 1 + below(random, 9);
    for (let i = at; i < Math.min(bytes.length, at + run); i++) bytes[i] = 48 + below(random, 10);
    return;
  }
}

function flipBytes(bytes: Uint8Array, random: Random): void {
  const count = 1 + below(random, 12);
  for (let i = 0; i < count; i++) bytes[below(random, bytes.length)] = below(random, 256);
}

function flipBit(bytes: Uint8Array, random: Random): void {
  const at = below(random, bytes.length);
  bytes[at] = bytes[at]! ^ (1 << below(random, 8));
}

/** Extremes in a big-endian word: lengths and offsets of descriptors, sizes inside streams. */
function setWord(bytes: Uint8Array, random: Random): void {
  if (bytes.length < 8) return;
  const at = below(random, (bytes.length - 4) >> 2) * 4;
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(
    at,
    pick(random, [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x10000]),
  );
}

function overwriteRun(bytes: Uint8Array, random: Random): void {
  const at = below(random, bytes.length);
  const run = bytes.subarray(at, at + below(random, 3000));
  if (random() < 0.5) run.fill(pick(random, [0, 32, 255]));
  else for (let i = 0; i < run.length; i++) run[i] = below(random, 256);
}

const inPlace = [
  flipBytes,
  flipBit,
  changeCard,
  changeCard,
  changeCard,
  changeDigits,
  setWord,
  setWord,
  overwriteRun,
] as const;

function reshape(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const cut = below(random, bytes.length);
  const kind = random();
  if (kind < 0.5) return bytes.slice(0, cut);
  if (kind < 0.7)
    return new Uint8Array(
      Buffer.concat([bytes.subarray(0, cut), other.subarray(below(random, other.length))]),
    );
  const width = below(random, 4000);
  if (kind < 0.85)
    return new Uint8Array(Buffer.concat([bytes.subarray(0, cut), bytes.subarray(Math.max(0, cut - width))]));
  return new Uint8Array(Buffer.concat([bytes.subarray(0, cut), bytes.subarray(cut + width)]));
}

/** One damaged copy. `other` lends its tail to splices. */
export function mutate(original: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let bytes: Uint8Array = original.slice();
  const changes = 1 + below(random, 4);
  for (let change = 0; change < changes && bytes.length > 0; change++) {
    if (random() < 0.15) bytes = reshape(bytes, other, random);
    else pick(random, inPlace)(bytes, random);
  }
  return bytes;
}
