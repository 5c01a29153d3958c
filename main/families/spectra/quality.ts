/** Figures on the spectra of one source: what they tell, how large they are, which repeat or stand apart. */
import type { FamilyItem, QualityFigure, SourceReading } from '../family.ts';
import { coarse } from './energy-grid.ts';
import { spectraOf } from './spectrum-tensors.ts';

export function spectrumQuality(reading: SourceReading): QualityFigure[] {
  const { items, problems } = reading;
  const counts = items.map(({ facts }) => Number(facts.counts)).sort((one, other) => one - other);
  const withFact = (name: string) => items.filter(({ facts }) => facts[name] != null).length;
  const lacking = problems.filter(({ code }) => code === 'noCalibration').length;
  const { repeated, contradicted } = repeats(items);
  return [
    { name: 'spectra', value: items.length },
    { name: 'channels', value: channelsOf(items), note: 'numbers of channels, with how many spectra each' },
    { name: 'fewest counts', value: counts[0] ?? null },
    { name: 'middle counts', value: counts[counts.length >> 1] ?? null },
    { name: 'most counts', value: counts.at(-1) ?? null },
    { name: 'empty spectra', value: named(items.filter(({ facts }) => facts.counts === 0)) },
    { name: 'fractional counts', value: items.filter(({ facts }) => facts.fractional === true).length },
    { name: 'repeated spectra', value: named(repeated), note: 'the same counts and calibration' },
    { name: 'repeated with another label', value: named(contradicted) },
    {
      name: 'standing apart',
      value: named(standingApart(reading)),
      note: 'shapes or counts unlike the others of their label',
    },
    { name: 'labelled', value: items.filter(({ labels }) => Object.keys(labels).length > 0).length },
    { name: 'with calibration', value: items.length - lacking },
    { name: 'with live time', value: withFact('liveSeconds') },
    { name: 'with detector', value: withFact('detector') },
    { name: 'with start', value: withFact('start') },
    { name: 'without calibration', value: lacking },
    { name: 'problems', value: problems.length },
  ];
}

const mostNamed = 8;

/** How many, and the first of them. */
function named(items: readonly FamilyItem[]): number | string {
  if (items.length === 0) return 0;
  const more = items.length > mostNamed ? ', …' : '';
  const ids = items.slice(0, mostNamed).map(({ id }) => id);
  return `${items.length} (${ids.join(', ')}${more})`;
}

function channelsOf(items: readonly FamilyItem[]): string {
  const numbers = new Map<number, number>();
  for (const { facts } of items)
    numbers.set(Number(facts.channels), (numbers.get(Number(facts.channels)) ?? 0) + 1);
  return [...numbers]
    .sort(([one], [other]) => one - other)
    .map(([channels, count]) => (numbers.size === 1 ? `${channels}` : `${channels} (${count})`))
    .join(', ');
}

function repeats(items: readonly FamilyItem[]): {
  readonly repeated: FamilyItem[];
  readonly contradicted: FamilyItem[];
} {
  const first = new Map<string, FamilyItem>();
  const repeated: FamilyItem[] = [];
  for (const item of items) {
    const key = digestOf(item.identity as Uint8Array);
    if (first.has(key)) repeated.push(item);
    else first.set(key, item);
  }
  const said = ({ labels }: FamilyItem) => Object.values(labels).join();
  const contradicted = repeated.filter(
    (item) => said(item) !== said(first.get(digestOf(item.identity as Uint8Array))!),
  );
  return { repeated, contradicted };
}

/** Two 32-bit FNV-1a sums, from either end: enough to tell the spectra of one file apart. */
function digestOf(bytes: Uint8Array): string {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
  let [forth, back] = [0x811c9dc5, 0x01000193];
  for (let place = 0; place < words.length; place += 1) {
    forth = Math.imul(forth ^ words[place]!, 0x01000193);
    back = Math.imul(back ^ words[words.length - 1 - place]!, 0x85ebca6b);
  }
  return `${words.length} ${forth} ${back}`;
}

/** Fewer of a label do not say what is usual for it. */
const fewestAlike = 8;
/** Median absolute deviations from which on a spectrum stands apart. */
const far = 8;

function standingApart({ items, tensors }: SourceReading): FamilyItem[] {
  const spectra = spectraOf(tensors, items.length);
  const groups = new Map<string, number[]>();
  items.forEach(({ labels }, row) => {
    const label = Object.values(labels)[0] ?? '';
    groups.set(label, [...(groups.get(label) ?? []), row]);
  });
  const apart = new Set<number>();
  for (const rows of groups.values()) {
    const filled = rows.filter((row) => spectra[row]!.counts > 0);
    if (filled.length < fewestAlike) continue;
    const sizes = filled.map((row) => Math.log(spectra[row]!.counts));
    for (const place of outliers(sizes, 0.5)) apart.add(filled[place]!);
    const shapes = filled.map((row) => coarse(spectra[row]!.shares).map(Math.sqrt));
    const middle = shapes[0]!.map((_, bin) => middleOf(shapes.map((shape) => shape[bin]!)));
    // counting noise of a root of shares is 1 / (4 N) in every bin
    const distances = shapes.map((shape, place) => {
      const distance = shape.reduce((sum, value, bin) => sum + (value - middle[bin]!) ** 2, 0);
      return Math.log(
        1e-4 + distance - Math.min(distance, shape.length / (4 * spectra[filled[place]!]!.counts)),
      );
    });
    for (const place of outliers(distances, 1)) apart.add(filled[place]!);
  }
  return [...apart].sort((one, other) => one - other).map((row) => items[row]!);
}

/** Places of values far above or below the middle; `least`: a deviation below which nothing is far. */
function outliers(values: readonly number[], least: number): number[] {
  const middle = middleOf(values);
  const spread = Math.max(least / far, middleOf(values.map((value) => Math.abs(value - middle))));
  return values.flatMap((value, place) => (Math.abs(value - middle) > far * spread ? [place] : []));
}

function middleOf(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[sorted.length >> 1] ?? 0;
}
