/**
 * Halving beside the full grid over the same settings, data and folds: `npx node test/bench/tuning.ts [TABLE]`, TABLE a
 * table of described columns (left out where it is not there) beside spectra made up here. Each way names its best; the
 * two are then judged anew in folds of another seed, so that neither is judged by the chance it was chosen by.
 */
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { drawsFrom } from '../../main/families/draws.ts';
import { poisson } from '../../main/families/spectra/poisson.ts';
import { createDataset } from '../../main/workflows/dataset.ts';
import { scanRecords } from '../../main/workflows/records/scan-records.ts';
import { type TuneInput, tune } from '../../main/workflows/tune.ts';
import { newRecordSchool, type RecordSchool, writeTable } from '../workflows/records/record-school.ts';

interface Work {
  readonly name: string;
  readonly family: string;
  readonly label?: string;
  readonly text: string;
  readonly search: TuneInput;
}

/** Of the rows of a large table. */
const everyRow = 6;

function columnsWork(file: string): Work {
  const [header, ...rows] = readFileSync(file, 'utf8').trimEnd().split('\n');
  return {
    name: 'columns, random forest',
    family: 'columns',
    label: 'y_act',
    text: [header, ...rows.filter((_, row) => row % everyRow === 0)].join('\n'),
    search: {
      recipe: 'random-forest',
      parameters: { trees: 200, 'data.minimumPerClass': 1, 'evaluation.knownGroups': 0.6 },
      space: [
        { name: 'maximumDepth', values: [6, 12, 0] },
        { name: 'minimumLeaf', values: [1, 4, 12] },
        { name: 'columns', values: ['log2', 'sqrt', 'third'] },
      ],
    },
  };
}

/** Eight sources of few counts on a falling continuum, so that settings matter. */
function spectraWork(): Work {
  const random = drawsFrom(3, 'bench of tuning');
  const channels = 512;
  const lines = [120, 186, 352, 511, 662, 834, 1173, 1461];
  // classes in turn: folds of one file are stretches of it
  const rows = Array.from({ length: 60 }, (_, row) =>
    lines.map((line) => {
      const counts = 60 * 5 ** random.uniform();
      const shape = Array.from({ length: channels }, (_, channel) => {
        const energy = (channel + 0.5) * 6;
        const width = (0.075 * Math.sqrt(line * 662)) / 2.355;
        return Math.exp(-energy / 400) + 2 * Math.exp(-0.5 * ((energy - line) / width) ** 2);
      });
      const sum = shape.reduce((total, value) => total + value, 0);
      const drawn = shape.map((value) => poisson(random, (counts * value) / sum));
      return `${line} ${row},line ${line},0,6,${drawn.join(' ')}`;
    }),
  ).flat();
  return {
    name: 'spectra, perceptron',
    family: 'spectra',
    text: ['id,label,cal0,cal1,counts', ...rows].join('\n'),
    search: {
      recipe: 'mlp',
      parameters: { layers: 1, epochs: 81, patience: 0, 'data.make': 'none' },
      space: [
        { name: 'learningRate', from: 0.0001, to: 0.03, scale: 'log' },
        { name: 'width', values: [16, 64] },
        { name: 'dropout', values: [0, 0.4] },
      ],
    },
  };
}

async function searched(school: RecordSchool, search: TuneInput, pruner: string, seed: number) {
  const before = process.cpuUsage();
  const begun = performance.now();
  const { study } = await tune(school.ports, {
    ...search,
    sampler: 'grid',
    pruner,
    folds: 3,
    seed,
    train: false,
  });
  const cpu = process.cpuUsage(before);
  return {
    best: study.trials[study.best! - 1]!,
    trials: study.trials.length,
    wallSeconds: (performance.now() - begun) / 1000,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
  };
}

/** Figure of settings in folds that no search has seen. */
async function judgedAnew(school: RecordSchool, search: TuneInput, settings: Record<string, unknown>) {
  const space = Object.entries(settings).map(([name, value]) => ({
    name,
    values: [value as string, value as string],
  }));
  const { best } = await searched(school, { ...search, space }, 'none', 77);
  return { figure: best.figure!, deviation: best.deviation! };
}

async function compare(work: Work): Promise<void> {
  const school = newRecordSchool();
  try {
    const file = writeTable(school, 'bench.csv', work.text);
    const { session } = await scanRecords(school.ports, {
      paths: [file],
      family: work.family,
      label: work.label,
    });
    const version = await createDataset(school.ports, { sessions: [session.name] });
    const search = { ...work.search, dataSet: `${version.name}@${version.version}` };
    const halved = await searched(school, search, 'halving', 5);
    const full = await searched(school, search, 'none', 5);
    const [ours, theirs] = [
      await judgedAnew(school, search, halved.best.settings),
      await judgedAnew(school, search, full.best.settings),
    ];
    const words = (settings: object) =>
      Object.entries(settings)
        .map(([name, value]) => `${name}=${typeof value === 'number' ? Number(value.toPrecision(3)) : value}`)
        .join(' ');
    console.log(`${work.name}: ${full.trials} settings, 3 folds`);
    for (const [name, way, anew] of [
      ['halving', halved, ours],
      ['full grid', full, theirs],
    ] as const) {
      console.log(
        `  ${name.padEnd(9)} ${way.cpuSeconds.toFixed(1)} s CPU, ${way.wallSeconds.toFixed(1)} s; best ${words(way.best.settings)}; ` +
          `macro F1 ${way.best.figure!.toFixed(4)}, judged anew ${anew.figure.toFixed(4)} ± ${anew.deviation.toFixed(4)} (folds)`,
      );
    }
    const behind = theirs.figure - ours.figure;
    const noise = Math.max(ours.deviation, theirs.deviation);
    const ratio = halved.cpuSeconds / full.cpuSeconds;
    console.log(
      `  CPU time ${ratio.toFixed(2)} of the grid's (bar 0.5), behind by ${behind.toFixed(4)} (bar: noise, ${noise.toFixed(4)})`,
    );
  } finally {
    await school.close();
  }
}

const table = process.argv[2] ?? '';
await compare(spectraWork());
if (existsSync(table)) await compare(columnsWork(table));
else console.log(`Columns left out: name a table of described columns to have them.`);
