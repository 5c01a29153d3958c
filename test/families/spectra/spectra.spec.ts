import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawsFrom } from '../../../main/families/draws.ts';
import { backgroundShapes } from '../../../main/families/spectra/background-shapes.ts';
import { continuumOf, peaksOf } from '../../../main/families/spectra/baseline.ts';
import {
  coarse,
  fineBins,
  onFineGrid,
  risesOver,
  smoothed,
} from '../../../main/families/spectra/energy-grid.ts';
import { hypothesesOf } from '../../../main/families/spectra/hypotheses.ts';
import { poisson } from '../../../main/families/spectra/poisson.ts';
import { spectraFamily } from '../../../main/families/spectra/spectra.ts';
import { tensorsOf } from '../../../main/families/spectra/spectrum-tensors.ts';
import { type Template, templatesOf } from '../../../main/families/spectra/templates.ts';
import { syntheticSpectra } from '../../../main/families/spectra/training-set.ts';
import { csv, settings, shape, total, unit } from './small-tables.ts';

describe('the grid of energies', () => {
  test('keeps counts, whatever the calibration', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1000), { minLength: 4, maxLength: 300 }),
        fc.double({ min: 0.5, max: 8, noNaN: true }),
        fc.double({ min: 0, max: 1e-3, noNaN: true }),
        (counts, gain, curve) => {
          const calibration = [1, gain, curve];
          expect(risesOver(counts.length, calibration)).toBe(true);
          expect(total(onFineGrid(counts, calibration))).toBeCloseTo(total(counts), 4);
        },
      ),
    );
  });

  test('brings a line to its energy under any calibration', () => {
    for (const gain of [0.4, 2.9, 6]) {
      const counts = new Float64Array(Math.ceil(1500 / gain));
      counts[Math.floor(662 / gain)] = 1000;
      const fine = onFineGrid(counts, [0, gain]);
      const centre = total(fine.map((value, bin) => value * (bin + 0.5) * 3)) / total(fine);
      expect(Math.abs(centre - 662)).toBeLessThan(Math.max(1.5, gain));
    }
  });

  test('leaves out what detectors do not share at low energies', () => {
    const fine = new Float64Array(fineBins).fill(1);
    expect(total(coarse(fine))).toBe(fineBins - 16);
    expect(total(smoothed(fine, 1))).toBeCloseTo(fineBins, 6);
  });
});

describe('peaks', () => {
  test('stand out of the continuum where the lines are', () => {
    const fine = shape(662).map((value) => Math.round(500 * value));
    const [peak, ...others] = peaksOf(fine);
    expect(others).toEqual([]);
    expect(Math.abs(peak!.kiloElectronVolts - 662)).toBeLessThan(10);
    const continuum = continuumOf(fine);
    expect(continuum.every((value, bin) => value <= fine[bin]! + 1e-6)).toBe(true);
    expect(continuum[220]! / (500 * Math.exp(-661.5 / 400))).toBeLessThan(1.5);
  });
});

describe('Poisson draws', () => {
  test.each([0.3, 5, 40, 400])('of mean %d have that mean and variance', (mean) => {
    const random = drawsFrom(3, 'trial');
    const values = Array.from({ length: 4000 }, () => poisson(random, mean));
    const found = total(values) / values.length;
    const variance = total(values.map((value) => (value - found) ** 2)) / values.length;
    expect(Math.abs(found - mean)).toBeLessThan(5 * Math.sqrt(mean / 4000));
    expect(variance / mean).toBeGreaterThan(0.85);
    expect(variance / mean).toBeLessThan(1.15);
  });
});

describe('shapes of templates', () => {
  const templates: Template[] = [400, 662, 1300].map((energy, label) => ({
    label,
    shares: shape(energy).map((value, _bin, all) => value / total(all)),
    weight: 1,
    instrument: '',
    sourceShare: 1,
  }));
  const options = {
    background: -1,
    gainSigma: 0.01,
    mixtureShare: 0.02,
    potassiumVaries: false,
    naturals: [],
    most: 5000,
  };

  test('add up to 1 each, and their weights to 1 for each source and more for pairs', () => {
    const found = hypothesesOf(templates, options);
    for (const { shares } of found) expect(total(shares)).toBeCloseTo(1, 9);
    const alone = hypothesesOf(templates, { ...options, mixtureShare: 0 });
    expect(found.length).toBeGreaterThan(alone.length);
    expect(total(found.map(({ weight }) => weight))).toBeGreaterThan(
      total(alone.map(({ weight }) => weight)),
    );
  });

  test('hold pairs of sources however many templates there are, and the softest of each class where not of all', () => {
    const sky: Template = { label: 9, shares: unit(shape(1461)), weight: 1, instrument: 'A', sourceShare: 1 };
    const many = Array.from({ length: 54 }, (_, place): Template => {
      const label = place % 9;
      const hard = shape(200 + 250 * label).map((value, bin) =>
        bin < 67 && place >= 9 ? 0.1 * value : value,
      );
      return { label, shares: unit(hard), weight: 1 / 6, instrument: 'A', sourceShare: 1 };
    });
    const lay = { background: 9, gainSigma: 0.01, potassiumVaries: false, naturals: [], most: 100 };
    const count = (list: readonly Template[], mixtureShare: number) =>
      hypothesesOf([...list, sky], { ...lay, mixtureShare }).length;
    const softest = many.slice(0, 9);
    const pairsOfSoftest = ((9 * 8) / 2) * 2 * 9;
    expect(count(many, 0.02) - count(many, 0)).toBe(pairsOfSoftest);
    expect(count(softest, 0.02) - count(softest, 0)).toBe(pairsOfSoftest);
  });

  test('leave out absorbers that nothing of a source comes through', () => {
    const at = (energy: number): Template => ({
      label: 0,
      shares: unit(shape(energy).map((value, bin) => (Math.abs((bin + 0.5) * 3 - energy) < 40 ? value : 0))),
      weight: 1,
      instrument: 'A',
      sourceShare: 1,
    });
    const [soft, hard] = [60, 662].map((energy) => hypothesesOf([at(energy)], options));
    expect(soft!.length).toBeLessThan(hard!.length);
    for (const { shares } of soft!) expect(shares.indexOf(Math.max(...shares)) * 3).toBeLessThan(100);
  });

  test('hold backgrounds with other walls around them, its own being the most likely', () => {
    const own = unit(shape(1461));
    const radium = unit(shape(609));
    const classed = backgroundShapes(own, { natural: [radium], potassiumVaries: false });
    const without = backgroundShapes(own, { natural: [], potassiumVaries: false });
    expect(total(classed.map(({ weight }) => weight))).toBeCloseTo(1, 9);
    expect(classed.length).toBeGreaterThan(without.length);
    // crystals of lanthanum bromide bring an edge at 789 keV, which the template does not have
    const edge = ({ shares }: (typeof classed)[number]) => shares[270]! / shares[240]!;
    expect(edge({ shares: own, weight: 1 })).toBeLessThan(1);
    expect(Math.max(...without.map(edge))).toBeGreaterThan(1.3);
    const likely = [...classed].sort((one, other) => other.weight - one.weight)[0]!;
    expect(likely.shares).toEqual(own);
    const line = ({ shares }: (typeof classed)[number]) => shares[203]! / shares[180]!;
    expect(Math.max(...classed.map(line))).toBeGreaterThan(1.2 * Math.max(...without.map(line)));
    for (const { shares } of classed) expect(total(shares)).toBeCloseTo(1, 9);
  });

  test('stay about as few as was asked for', () => {
    expect(hypothesesOf(templates, { ...options, mixtureShare: 0, most: 40 }).length).toBeLessThanOrEqual(40);
  });
});

describe('templates', () => {
  const sky = shape(1461).map((value) => 20 * value);
  const source = shape(662).map((value) => 300 * value);
  const facts = ['A', 'A', 'B', 'B'].map((detector, row) => ({
    detector,
    liveSeconds: [600, 1200, 60, 60][row]!,
  }));
  const classes = ['Cs137', 'background'];
  const labels = Int32Array.of(0, 1, 0, 1);
  const gross = source.map((value, bin) => value + sky[bin]!);
  const spectra = [gross, sky.map((value) => 2 * value), source, source.map((value) => 40 * value)];
  const tensors = tensorsOf(spectra);

  test('are freed of their own instrument\u2019s background where it can be in them', () => {
    const [first, , third] = templatesOf({ tensors, labels, classes, facts }, 1);
    const wanted = source.map((value) => value / total(source));
    const apart = (found: Float64Array) => total(found.map((value, bin) => Math.abs(value - wanted[bin]!)));
    expect(apart(first!.shares)).toBeLessThan(0.03);
    expect(first!.sourceShare).toBeCloseTo(total(source) / total(gross), 2);
    // counts below the background's: it was taken off before
    expect(third!.sourceShare).toBe(1);
    expect(apart(third!.shares)).toBeLessThan(1e-6);
  });

  test('stand beside the background of their own instrument only', () => {
    const lay = {
      background: 1,
      gainSigma: 0.01,
      mixtureShare: 0,
      potassiumVaries: false,
      naturals: [],
      most: 10_000,
    };
    const own = hypothesesOf(templatesOf({ tensors, labels, classes, facts }, 1), lay);
    const all = hypothesesOf(templatesOf({ tensors, labels, classes }, 1), lay);
    for (const { shares } of own) expect(total(shares)).toBeCloseTo(1, 9);
    // not knowing which belong together, each of two sources stands beside each of two backgrounds
    const mixed = (list: typeof own) => list.filter(({ label }) => label === 0).length;
    expect(mixed(all)).toBeGreaterThan(1.5 * mixed(own));
  });
});

describe('the training set', () => {
  test('of few spectra is what their templates can look like, judged on draws; of many it is them', () => {
    const rows = [400, 662].map((energy, place) => ({
      label: 'AB'[place]!,
      counts: shape(energy).map((value) => 1e4 * value),
    }));
    const { tensors } = spectraFamily.read({ file: 't.csv', bytes: csv(rows) }, {});
    const data = { tensors, classes: ['A', 'B'], labels: Int32Array.of(0, 1) };
    const made = spectraFamily.trainingSet!(data, settings, 1);
    expect(made.labels.length).toBeGreaterThan(20);
    expect(made.weights!.length).toBe(made.labels.length);
    expect(made.heldOut!.labels.length).toBe(80);
    expect(spectraFamily.trainingSet!(data, settings, 1)).toEqual(made);
    const asTheyAre = spectraFamily.trainingSet!(data, { ...settings, fewestPerClass: 1 }, 1);
    expect(asTheyAre).toBe(data);
  });
});

describe('made-up spectra', () => {
  const facts = [{ detector: 'A' }, { detector: 'A' }, { detector: 'B' }, { detector: 'B' }];
  const spectra = [662, 1140, 662, 900].map((energy) => shape(energy).map((value) => 1e4 * value));
  const data = {
    tensors: tensorsOf(spectra),
    classes: ['Cs137', 'background'],
    labels: Int32Array.of(0, 1, 0, 1),
    facts,
  };
  const of = (more: Record<string, number>) =>
    syntheticSpectra(data, { ...settings, drawsPerClass: 60, mixtureShare: 0, ...more }, 4);

  test.each([
    [
      { lowestCounts: 5000, highestCounts: 100 },
      /lowestCounts \(5000\) lies above data.highestCounts \(100\)/,
    ],
    [{ gainSigma: -1 }, /data.gainSigma cannot be "-1"/],
    [{ drawsPerClass: Number.NaN }, /data.drawsPerClass cannot be "NaN"/],
    [{ mixtureShare: 2 }, /data.mixtureShare cannot be "2"/],
  ])('refuse settings that make no sense, in training too: %o', (senseless, sentence) => {
    const refusal = expect.objectContaining({ code: 'wrongUse', message: expect.stringMatching(sentence) });
    expect(() => of(senseless)).toThrow(refusal);
    expect(() => spectraFamily.trainingSet!(data, { ...settings, ...senseless }, 1)).toThrow(refusal);
  });

  test('have the counts asked for, and are the same for the same seed', () => {
    const made = of({ lowestCounts: 300, highestCounts: 3000 });
    expect(made.map(({ label }) => label)).toEqual([...Array(60).fill(0), ...Array(60).fill(1)]);
    for (const { fine } of made) {
      expect(total(fine)).toBeGreaterThan(300 - 6 * Math.sqrt(300));
      expect(total(fine)).toBeLessThan(3000 + 6 * Math.sqrt(3000));
      expect(fine.every((value) => Number.isInteger(value) && value >= 0)).toBe(true);
    }
    expect(of({ lowestCounts: 300, highestCounts: 3000 })).toEqual(made);
  });

  test('mix sources with the background of their own detector alone', () => {
    const made = of({ lowestCounts: 50_000, highestCounts: 50_000, gainSigma: 0, leastSourceShare: 0.3 });
    const at = (fine: Float64Array, energy: number) => total(fine.subarray(energy / 3 - 6, energy / 3 + 6));
    const level = (fine: Float64Array, energy: number) =>
      at(fine, energy) / (0.5 * (at(fine, energy - 120) + at(fine, energy + 120)));
    for (const { fine } of made.slice(0, 60)) {
      // the lines of both detectors' backgrounds are never in one spectrum
      expect(Math.min(level(fine, 900), level(fine, 1140)), 'of the fainter line').toBeLessThan(2);
    }
    expect(made.slice(0, 60).some(({ fine }) => level(fine, 900) > 2)).toBe(true);
  });

  test('stand behind measured ones as copies with fewer counts, where that is asked for', () => {
    const many = { ...settings, make: 'none', augment: 2 };
    const { labels, tensors } = spectraFamily.trainingSet!(data, many, 1);
    expect(Array.from(labels)).toEqual([0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 1, 1]);
    const { data: counts, shape: size } = tensors.find(({ name }) => name === 'counts')!;
    const rows = Array.from(labels, (_, row) => total(counts.subarray(row * size[0]!, (row + 1) * size[0]!)));
    for (const copy of rows.slice(4)) expect(copy).toBeLessThan(1.05 * Math.max(...rows.slice(0, 4)));
    expect(new Set(rows.slice(4)).size).toBe(8);
  });
});
