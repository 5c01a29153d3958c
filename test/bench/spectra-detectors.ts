/**
 * Spectra as other detectors would have measured them, for benchmarks: templates of one detector made a little another's,
 * and Poisson draws of sources beside backgrounds. Written apart from what the family makes of templates to learn from.
 */
import { readFileSync } from 'node:fs';
import { type Draws, drawsFrom } from '../../main/families/draws.ts';
import type { FamilyData } from '../../main/families/family.ts';
import { fineBins, finekeV, smoothed, withGain } from '../../main/families/spectra/energy-grid.ts';
import { poisson } from '../../main/families/spectra/poisson.ts';
import { readSpectrumSource } from '../../main/families/spectra/read.ts';
import { spectraOf, tensorsOf } from '../../main/families/spectra/spectrum-tensors.ts';

export const background = 'background';
const energies = Float64Array.from({ length: fineBins }, (_, bin) => (bin + 0.5) * finekeV);

export interface Recorded {
  readonly label: string;
  readonly variant: string;
  readonly detector: string;
  readonly shares: Float64Array;
}

export interface Table {
  readonly data: FamilyData;
  readonly spectra: readonly Recorded[];
}

/** Rows of a table of the shared layout; with `keep` only those of which it is true. */
export function tableOf(path: string, keep: (detector: string) => boolean = () => true): Table {
  const reading = readSpectrumSource({ file: path, bytes: readFileSync(path) }, {});
  const all = spectraOf(reading.tensors, reading.items.length);
  const rows = reading.items.flatMap(({ facts }, row) => (keep(String(facts.detector)) ? [row] : []));
  const labels = rows.map((row) => reading.items[row]!.labels.label!);
  const classes = [...new Set(labels)].sort();
  return {
    data: {
      tensors: reading.tensors.map(({ data, ...tensor }) => ({
        ...tensor,
        data: chosen(data, reading.items.length, rows),
      })),
      classes,
      labels: Int32Array.from(labels, (label) => classes.indexOf(label)),
      facts: rows.map((row) => reading.items[row]!.facts),
    },
    spectra: rows.map((row, place) => ({
      label: labels[place]!,
      variant: String(reading.items[row]!.facts.variant ?? ''),
      detector: String(reading.items[row]!.facts.detector),
      shares: normalised(all[row]!.shares),
    })),
  };
}

/** A table parted by chance count by count: what is learned from and what is asked about are two measurements. */
export function halvesOf({ data, spectra }: Table, seed: number): readonly [Table, Table] {
  const random = drawsFrom(seed, 'halves of a bench');
  const whole = spectraOf(data.tensors, data.labels.length).map(({ shares, counts }) =>
    shares.map((share) => share * counts),
  );
  // a binomial draw of half of many counts is as good as normal; of few it is counted one by one
  const first = whole.map((counts) =>
    counts.map((count) =>
      count > 50
        ? Math.min(count, Math.max(0, count / 2 + (Math.sqrt(count) / 2) * random.normal()))
        : Array.from({ length: Math.round(count) }).filter(() => random.uniform() < 0.5).length,
    ),
  );
  const second = whole.map((counts, row) =>
    counts.map((count, bin) => Math.max(0, count - first[row]![bin]!)),
  );
  return [first, second].map(
    (half): Table => ({
      data: { ...data, tensors: tensorsOf(half) },
      spectra: spectra.map((each, row) => ({ ...each, shares: normalised(half[row]!) })),
    }),
  ) as [Table, Table];
}

function chosen(data: FamilyData['tensors'][number]['data'], count: number, rows: readonly number[]) {
  const width = data.length / count;
  const result = new Float32Array(rows.length * width);
  for (const [place, row] of rows.entries())
    result.set(data.subarray(row * width, (row + 1) * width), place * width);
  return result;
}

export function normalised(values: Float64Array): Float64Array {
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map((value) => value / sum);
}

export function blend(one: Float64Array, other: Float64Array, part: number): Float64Array {
  return one.map((share, bin) => part * share + (1 - part) * other[bin]!);
}

/** What a made-up detector changes of the templates. */
interface Change {
  readonly widening: number;
  readonly exponent: number;
  readonly gain: number;
  readonly absorber: number;
  readonly slope: number;
  readonly potassium: number;
  readonly radium: number;
  readonly thorium: number;
}

/**
 * How far a detector is off, in words of what is changed: the resolution up to 8 % wider, the efficiency by a power of the
 * energy of sigma 0.12, the gain by 0.6 %, up to 0.15 of absorber (1 takes 63 % at 100 keV), the slope of its background by
 * up to 0.25, with up to 15 % more potassium and 8 % more radium and thorium each.
 */
function changeOf(random: Draws): Change {
  const between = (from: number, to: number): number => from + (to - from) * random.uniform();
  return {
    widening: between(0, 0.08),
    exponent: 0.12 * random.normal(),
    gain: 1 + 0.006 * random.normal(),
    absorber: between(0, 0.15),
    slope: between(-0.25, 0.25),
    potassium: between(0, 0.15),
    radium: between(0, 0.08),
    thorium: between(0, 0.08),
  };
}

/** Detectors of the kind of `table` that are each a little off, another one for each number. */
export function littleOff({ spectra }: Table, seed: number, count: number): (readonly Recorded[])[] {
  const random = drawsFrom(seed, 'detectors a little off');
  const bare = (label: string): Float64Array | undefined =>
    spectra.find((each) => each.label === label && !/^shielded/i.test(each.variant))?.shares;
  return Array.from({ length: count }, (_, number) => {
    const change = changeOf(random);
    const changed = (shares: Float64Array): Float64Array => asSeenBy(shares, change);
    return spectra.map(({ shares, ...each }) => {
      const detector = `${each.detector} ${number}`;
      if (each.label !== background) return { ...each, detector, shares: changed(shares) };
      const sky = smoothed(shares, 0.4).map((share, bin) => share * (energies[bin]! / 300) ** change.slope);
      const richer = [
        ['K40', change.potassium],
        ['Ra226', change.radium],
        ['Th232', change.thorium],
      ] as const;
      const mixed = richer.reduce((shape, [label, part]) => {
        const source = bare(label);
        return source === undefined ? shape : blend(source, shape, part);
      }, normalised(sky));
      return { ...each, detector, shares: changed(mixed) };
    });
  });
}

function asSeenBy(shares: Float64Array, { widening, exponent, gain, absorber }: Change): Float64Array {
  // a width that grows by w adds a Gaussian of sqrt((1 + w)^2 - 1) of the width
  const wider = widening === 0 ? shares : smoothed(shares, Math.sqrt((1 + widening) ** 2 - 1));
  const seen = wider.map(
    (share, bin) =>
      share * (energies[bin]! / 300) ** exponent * Math.exp(-absorber * (energies[bin]! / 100) ** -2.8),
  );
  return normalised(withGain(normalised(seen), gain));
}

export interface Drawn {
  readonly fine: Float64Array;
  /** The class; of two sources both. */
  readonly labels: readonly string[];
  readonly counts: number;
}

interface DrawChoice {
  /** Of each kind and number of counts. */
  readonly each: number;
  readonly seed: number;
  /** All where left out. */
  readonly labels?: readonly string[];
}

export const countsAsked = [200, 500, 2000, 10_000] as const;

/** Draws of every label in turn: a share of 0.3 to 1 of the source beside the background, the gain off by 1 %. */
export function drawsOf(spectra: readonly Recorded[], { each, seed, labels }: DrawChoice): Drawn[] {
  const random = drawsFrom(seed, 'draws of a bench');
  const sky = skyOf(spectra);
  const names = [...new Set(spectra.map(({ label }) => label))].filter(
    (name) => labels?.includes(name) ?? true,
  );
  return countsAsked.flatMap((counts) =>
    names.flatMap((label) => {
      const own = spectra.filter((one) => one.label === label);
      return Array.from({ length: each }, (): Drawn => {
        const source = label === background ? sky : own[Math.floor(random.uniform() * own.length)]!.shares;
        const shape = label === background ? sky : blend(source, sky, 0.3 + 0.7 * random.uniform());
        return { fine: counted(shape, counts, random), labels: [label], counts };
      });
    }),
  );
}

/** Draws of all pairs of bare sources: 35 to 65 % of either, up to half of the counts background. */
export function pairsOf(spectra: readonly Recorded[], { each, seed, labels }: DrawChoice): Drawn[] {
  const random = drawsFrom(seed, 'pairs of a bench');
  const sky = skyOf(spectra);
  const bare = spectra.filter(
    ({ label, variant }) =>
      label !== background && !/^shielded/i.test(variant) && (labels?.includes(label) ?? true),
  );
  return countsAsked.flatMap((counts) =>
    bare.flatMap((one, place) =>
      bare.slice(place + 1).flatMap((other) =>
        Array.from({ length: each }, (): Drawn => {
          const both = blend(one.shares, other.shares, 0.35 + 0.3 * random.uniform());
          const shape = blend(both, sky, 0.5 + 0.5 * random.uniform());
          return { fine: counted(shape, counts, random), labels: [one.label, other.label], counts };
        }),
      ),
    ),
  );
}

function skyOf(spectra: readonly Recorded[]): Float64Array {
  return smoothed(spectra.find(({ label }) => label === background)!.shares, 0.4);
}

function counted(shape: Float64Array, counts: number, random: Draws): Float64Array {
  const drifted = normalised(withGain(shape, 1 + 0.01 * random.normal()));
  return drifted.map((share) => poisson(random, share * counts));
}
