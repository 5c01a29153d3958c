/** Templates in, answers out: the most probable nuclides, "unknown", and the energies that an answer rests on. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PredictReport } from '../../../contract/scan-report.ts';
import { drawsFrom } from '../../../main/families/draws.ts';
import { fineBins } from '../../../main/families/spectra/energy-grid.ts';
import { poisson } from '../../../main/families/spectra/poisson.ts';
import { evaluateModel } from '../../../main/workflows/evaluate.ts';
import { showModel } from '../../../main/workflows/models.ts';
import { predict } from '../../../main/workflows/predict.ts';
import { scanRecords } from '../../../main/workflows/records/scan-records.ts';
import { synthesise } from '../../../main/workflows/records/synthesise.ts';
import { showRun } from '../../../main/workflows/runs.ts';
import { train } from '../../../main/workflows/train.ts';
import { newRecordSchool, type RecordSchool, writeTable } from './record-school.ts';

const lines = { Cs137: 662, Co60: 1250, Am241: 120, background: 1461 } as const;
const random = drawsFrom(11, 'spectra walk');

/** A peak on a falling continuum. */
function shape(kiloElectronVolts: number): number[] {
  return Array.from({ length: fineBins }, (_, bin) => {
    const energy = (bin + 0.5) * 3;
    const width = (0.075 * Math.sqrt(energy * 662)) / 2.355;
    return Math.exp(-energy / 400) + 9 * Math.exp(-0.5 * ((energy - kiloElectronVolts) / width) ** 2);
  });
}

const csv = (rows: readonly (readonly [string, readonly number[]])[]) =>
  [
    'id,label,cal0,cal1,counts',
    ...rows.map(([label, counts], row) => `${label} ${row},${label},0,3,${counts.map(Math.round).join(' ')}`),
  ].join('\n');

const drawn = (energy: number, counts: number) => {
  const values = shape(energy);
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map((value) => poisson(random, (counts * value) / sum));
};

let school: RecordSchool;
beforeAll(() => {
  school = newRecordSchool();
});
afterAll(() => school.close());

test('a training set is made up of templates, in the layout that is read', async () => {
  const templates = Object.entries(lines).map(
    ([label, energy]) => [label, shape(energy).map((value) => 1000 * value)] as const,
  );
  const file = writeTable(school, 'few.csv', csv(templates));
  const out = join(school.folder, 'made/made.csv');
  const settings = { 'data.drawsPerClass': 15, 'data.lowestCounts': 500, 'read.smooth': 0.1 };
  const input = { family: 'spectra', paths: [file], out, seed: 3, settings };
  const made = await synthesise(school.library, input);
  expect(made).toMatchObject({ rows: 60, classes: ['Am241', 'Co60', 'Cs137', 'background'] });
  const { records } = await scanRecords(school.ports, { paths: [out], family: 'spectra' });
  expect(records?.sources[0]?.problems).toEqual([]);
  expect(records?.items.filter(({ label }) => label === 'Cs137')).toHaveLength(15);
  // not one class behind the other: a block of neighbours holds several
  expect(new Set(records?.items.slice(0, 12).map(({ label }) => label)).size).toBeGreaterThan(2);
  await expect(
    synthesise(school.library, { ...input, settings: { 'data.perClass': 3 } }),
  ).rejects.toMatchObject({ code: 'wrongUse' });
});

test('a model of templates names nuclides, says why, and says when it knows none', async () => {
  const templates = Object.entries(lines).map(
    ([label, energy]) => [label, shape(energy).map((value) => 1000 * value)] as const,
  );
  const file = writeTable(school, 'templates.csv', csv(templates));
  const phases = new Set<string>();
  const {
    model,
    run,
    report: figures,
  } = await train(
    school.ports,
    {
      paths: [file],
      family: 'spectra',
      name: 'nuclides',
      parameters: { 'read.smooth': 0.1, 'data.mixtureShare': 0 },
    },
    { onProgress: ({ phase, done }) => void (done > 0 && phases.add(phase)) },
  );
  expect([...phases]).toEqual(
    expect.arrayContaining(['making the training set', 'judging and checking the model']),
  );
  expect(model.recipe).toBe('count-mixture');
  const on = 'spectra drawn anew from those of templates.csv@1';
  expect(figures).toMatchObject({ on, drawnAnew: true, person: null, all: { items: 80 } });
  expect(figures?.all.accuracy).toBeGreaterThan(0.8);
  expect(model.metrics).toMatchObject({ accuracy: figures?.all.accuracy, items: 80 });
  expect(showModel(school.library, 'nuclides').report).toEqual(figures);
  expect(showRun(school.library, run)).toMatchObject({ judgedOn: on, run: { metrics: { items: 80 } } });
  const asked = Object.entries(lines).map(([label, energy]) => [label, drawn(energy, 4000)] as const);
  const strange = [400, 900, 2000].map((energy) => ['', drawn(energy, 4000)] as const);
  const unseen = writeTable(school, 'unseen.csv', csv([...asked, ...strange]));
  const report = PredictReport.parse(
    await predict(school.ports, { model: 'nuclides', paths: [unseen], top: 2, explain: true }),
  );
  const known = report.items.slice(0, 4);
  expect(known.map(({ label }) => label)).toEqual(Object.keys(lines));
  expect(known.map(({ unknown }) => unknown)).toEqual([false, false, false, false]);
  expect(report.items.slice(4).map(({ unknown }) => unknown)).toEqual([true, true, true]);
  for (const { label, top, probabilities } of report.items) {
    expect(top).toHaveLength(2);
    expect(top![0]).toEqual({ label, probability: probabilities![label!] });
  }
  for (const [row, energy] of [662, 1250, 120].entries()) {
    const strongest = [...known[row]!.saliency!.parts].sort((one, other) => other.weight - one.weight)[0]!;
    const resolution = 0.075 * Math.sqrt(energy * 662);
    expect(strongest.from - resolution).toBeLessThan(energy);
    expect(strongest.to + resolution).toBeGreaterThan(energy);
    expect(strongest.weight).toBeGreaterThan(1);
  }
  // the very counts of a known one, once without a scale of energies
  const scaleless = writeTable(school, 'scaleless.csv', csv(asked).replaceAll(',0,3,', ',,,'));
  const { items } = await predict(school.ports, { model: 'nuclides', paths: [scaleless] });
  expect(items.map(({ unknown }) => unknown)).toEqual([true, true, true, true]);
  for (const { note } of items) expect(note).toMatch(/energies are assumed/);
}, 120_000);

/** Spectra of one or two sources, with what they hold and how much of the counts is caesium. */
function mixtures(count: number): string {
  const { background: _background, ...sources } = lines;
  const names = Object.keys(sources) as (keyof typeof sources)[];
  const rows = Array.from({ length: count }, (_, row) => {
    const [one, other] = [names[row % 3]!, names[(row + 1 + (row % 2)) % 3]!];
    const share = row % 4 === 0 ? 1 : 0.3 + 0.4 * ((row * 7) % 11) * 0.1;
    const second = share === 1 ? null : drawn(sources[other], 20_000 * (1 - share));
    const counts = drawn(sources[one], 20_000 * share).map((value, bin) => value + (second?.[bin] ?? 0));
    const held = share === 1 ? [one] : [one, other];
    const caesium = one === 'Cs137' ? share : held.includes('Cs137') ? 1 - share : 0;
    return `${row},${held.join('+')},${caesium + row / 1e6},0,3,${counts.join(' ')}`;
  });
  return ['id,label,caesium,cal0,cal1,counts', ...rows].join('\n');
}

test('several nuclides of one spectrum, and a number of it, are taught, answered and judged', async () => {
  const paths = [writeTable(school, 'mixtures.csv', mixtures(150))];
  const parameters = { epochs: 50, batchSize: 16, width: 32, learningRate: 0.01 };
  const common = { paths, family: 'spectra', recipe: 'mlp' };
  const marks = await train(school.ports, {
    ...common,
    label: 'label',
    parameters: { ...parameters, targets: 'marks' },
    name: 'marks',
  });
  expect(marks.model).toMatchObject({ task: 'nuclide', classes: ['Am241', 'Co60', 'Cs137'] });
  expect(marks.report?.all.macroF1).toBeGreaterThan(0.9);
  expect(marks.report?.all.confusion).toEqual([]);
  const said = PredictReport.parse(await predict(school.ports, { model: 'marks', paths }));
  expect(said.items.filter(({ label }) => label?.includes('+')).length).toBeGreaterThan(80);
  expect((await evaluateModel(school.ports, { model: 'marks', paths })).all.accuracy).toBeGreaterThan(0.85);

  const number = await train(school.ports, {
    ...common,
    label: 'caesium',
    parameters: { ...parameters, targets: 'number' },
    name: 'share',
  });
  expect(number.model.task).toBe('nuclide-number');
  expect(number.report?.all).toMatchObject({ accuracy: null, classes: [] });
  expect(number.report?.figures?.r2).toBeGreaterThan(0.9);
  const answered = PredictReport.parse(await predict(school.ports, { model: 'share', paths }));
  expect(answered.items.every(({ value }) => typeof value === 'number')).toBe(true);
  const judged = await evaluateModel(school.ports, { model: 'share', paths });
  expect(judged.all.items).toBe(150);
  expect(judged.figures?.meanAbsoluteError).toBeLessThan(0.1);
});
