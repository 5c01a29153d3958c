import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NightsiftError } from '../../../contract/errors.ts';
import { openJobBoard } from '../../../main/engine/job-board.ts';
import { runCommandLine } from '../../../main/hosts/cli/run.ts';
import { temporaryFolder } from '../../library/temporary-folder.ts';
import { run, trialHouse } from './trial-house.ts';
import { trialTerminal } from './trial-terminal.ts';

const commands = [
  'demo',
  'scan',
  'sessions',
  'sessions list',
  'sessions show',
  'label',
  'calibrate',
  'policy',
  'dataset',
  'dataset create',
  'dataset list',
  'dataset show',
  'dataset diff',
  'dataset verify',
  'dataset export',
  'dataset map',
  'train-from-fits',
  'train',
  'recipes',
  'evaluate',
  'predict',
  'sort',
  'undo',
  'models',
  'models list',
  'models show',
  'models promote',
  'models archive',
  'models rollback',
  'models compare',
  'models export',
  'runs',
  'runs list',
  'runs show',
  'runs compare',
  'runs export',
  'jobs',
  'jobs list',
  'jobs pause',
  'jobs resume',
  'jobs cancel',
  'doctor',
];

describe('help', () => {
  test.each(commands)('%s --help explains itself, without opening a library', async (command) => {
    const { code, terminal, house } = await run(`${command} --help`);
    expect(code).toBe(0);
    expect(terminal.output).toContain(`Usage: nightsift ${command.split(' ')[0]}`);
    expect(terminal.output.length).toBeGreaterThan(120);
    expect(house.opened).toEqual([]);
  });

  test('names every command, with an example and the exit codes', async () => {
    const { code, terminal } = await run('--help');
    expect(code).toBe(0);
    for (const command of commands.filter((name) => !name.includes(' ')))
      expect(terminal.output).toContain(`  ${command} `);
    expect(terminal.output).toContain('130 interrupted');
  });

  test('--version', async () => {
    const { code, terminal } = await run('--version');
    expect([code, terminal.output.trim()]).toEqual([0, '1.2.3']);
  });
});

describe('wrong use ends with 2 and opens nothing', () => {
  test.each([
    '',
    'frobnicate',
    'scan',
    'scan --policy lenient .',
    'scan --consequence trail=mild .',
    'scan --consequence blank=ignored .',
    'policy lenient',
    'scan --workers 0 .',
    'scan --workers many .',
    'scan log.csv --family telemetry --watch',
    'scan table.csv --family columns --policy strict',
    'scan lab --family spectra --consequence veil=advisory',
    'scan log.csv --family telemetry --annotate pictures',
    'sessions show',
    'label m31',
    'label m31 a.fits',
    'label m31 a.fits clean --from b.csv',
    'calibrate',
    'dataset create',
    'dataset diff one',
    'dataset export autumn',
    'dataset export autumn --into x --action move',
    'train',
    'train autumn --resume run-1',
    'train --resume run-1 --epochs 6 --seed 5',
    'train --resume run-1 --recipe conv1d --name other --teacher m2',
    'train --resume run-1 --engine tfjs --where label=Co60 --promote',
    'tune',
    'tune mlp --resume study-1',
    'tune --resume study-1 --trials 5 --no-train',
    'train autumn --set epochs',
    'train-from-fits',
    'train-from-fits . --clean-threshold 2',
    'train-from-fits . --clean-threshold 0.2 --contaminated-threshold 0.3',
    'evaluate judge',
    'predict judge',
    'train autumn --batch-size 1',
    'train autumn --batch-size 1000',
    'sort m31',
    'sort m31 --into x',
    'sort m31 --into x --action delete',
    'models promote',
    'models export judge',
    'models export judge a.onnx --into b.onnx',
    'runs compare one',
    'demo --frames 3',
    'serve --port 70000',
    'serve --allow-host http://pi.local',
    'review',
  ])('%s', async (words) => {
    const { code, terminal, house } = await run(words);
    expect(code).toBe(2);
    expect(terminal.errors.length).toBeGreaterThan(0);
    expect(house.opened).toEqual([]);
  });
});

describe('a command', () => {
  test('hands absolute paths and options over, hyphens or underscores', async () => {
    const house = trialHouse();
    await run('train_from_fits x', house);
    await run('scan night --session a_b --policy stacking --workers 3', house);
    expect(house.asked.at(-1)).toEqual({
      method: 'scan.start',
      input: {
        paths: ['/work/night'],
        family: 'frames',
        session: 'a_b',
        policy: 'stacking',
        workers: 3,
        watch: false,
      },
    });
    await run(
      'train-from-fits night --batch_size 8 --epochs 3 --model_output m.onnx --set imageWidth=8 flips=false',
      house,
    );
    expect(house.asked.at(-1)).toEqual({
      method: 'train-from-fits.start',
      input: {
        folder: '/work/night',
        modelOutput: '/work/m.onnx',
        parameters: { epochs: 3, batchSize: 8, imageWidth: 8, flips: false },
        promote: false,
        where: {},
      },
    });
  });

  test('predict ends with 1 where no file could be answered', async () => {
    const refused = { file: 'a.csv', status: 'failed' as const, probabilities: null, score: null };
    const answered = { file: 'b.csv', status: 'ok' as const, label: 'x', probabilities: null, score: 1 };
    for (const [items, expected] of [
      [[{ ...refused, label: null }], 1],
      [[{ ...refused, label: null }, answered], 0],
    ] as const) {
      const house = trialHouse({
        'predict.start': (input) =>
          house.jobs.start('predict.start', input, async () => ({
            schema: 'nightsift.predict/1' as const,
            model: 'judge@1',
            items: [...items],
          })),
      });
      expect((await run('predict judge a.csv b.csv', house)).code).toBe(expected);
    }
  });

  test.each(['train night', 'train-from-fits night'])(
    '%s looks at the file for JSON first',
    async (words) => {
      const house = trialHouse();
      const file = join(temporaryFolder(), 'notes.txt');
      writeFileSync(file, 'of a night');
      const { code, terminal } = await run(`${words} --json ${file}`, house);
      expect(code).not.toBe(0);
      expect(terminal.errors).toContain(file);
      expect(house.asked).toEqual([]);
    },
  );

  test('takes --library before and after its name', async () => {
    const house = trialHouse({ 'sessions.list': () => [] });
    await run('--library /a sessions list', house);
    await run('sessions list --library /b', house);
    await run('sessions list', house);
    expect(house.opened).toEqual(['/a', '/b', undefined]);
    expect(house.closings()).toBe(3);
  });

  test('prints JSON for machines to standard output, and notes beside it', async () => {
    const { code, terminal } = await run('sessions list --json', trialHouse({ 'sessions.list': () => [] }));
    expect(code).toBe(0);
    expect(JSON.parse(terminal.output)).toEqual([]);
    expect(terminal.errors).toBe('Run run-1 was interrupted.\n');
  });

  test('shows an error with its hint and ends with 1', async () => {
    const fail = () => {
      throw new NightsiftError('notFound', 'There is no session named "x".', {
        hint: 'Scan a folder first.',
      });
    };
    const { code, terminal } = await run('sessions show x', trialHouse({ 'sessions.show': fail }));
    expect(code).toBe(1);
    expect(terminal.errors).toContain('nightsift: There is no session named "x".\n  Scan a folder first.\n');
    expect(terminal.errors).not.toContain('    at ');
  });

  test('tells what speaks against a model before promoting it', async () => {
    const model = {
      ...{ id: '2', name: 'judge', version: 2, family: 'frames', task: 'label', stage: 'none' as const },
      ...{ createdAt: '2026-01-01', recipe: 'mlp', run: null, dataSet: null, dataSetHash: null },
      ...{ onnxHash: '', onnxBytes: 0, classes: [], metrics: {} },
    } as const;
    const lineage = {
      model: 'judge@2',
      run: null,
      dataSet: null,
      dataSetHash: null,
      codeVersion: null,
      features: null,
      items: [],
    };
    const house = trialHouse({
      'models.show': () => ({ model, report: null, history: [], warnings: ['It is weak.'], lineage }),
      'models.promote': () => ({ model, archived: null }),
    });
    const { terminal } = await run('models promote judge', house);
    expect(terminal.errors).toContain('Note: It is weak.\n');
    expect(house.asked.map(({ method }) => method)).toEqual(['models.show', 'models.promote']);
  });

  test('shows what cross-validation found of a model that nothing else judged, and its engine', async () => {
    const model = {
      ...{ id: '2', name: 'judge', version: 2, family: 'spectra', task: 'class', stage: 'none' as const },
      ...{ createdAt: '2026-01-01', recipe: 'mlp', run: 'run-1', dataSet: null, dataSetHash: null },
      ...{ onnxHash: '', onnxBytes: 0, classes: [], metrics: { 'crossValidation/accuracy': 0.9125 } },
    } as const;
    const traced = { model: 'judge@2', run: 'run-1', dataSet: null, dataSetHash: null, codeVersion: null };
    const lineage = { ...traced, engine: 'tfjs' as const, features: null, items: [] };
    const house = trialHouse({
      'models.show': () => ({ model, report: null, history: [], warnings: [], lineage }),
    });
    const { terminal } = await run('models show judge', house);
    expect(terminal.output).toMatch(/Cross-validation:\n {2}crossValidation\/accuracy 0\.912/);
    expect(terminal.output).toContain('steps by tfjs');
  });

  test('shows the figures of the search of a model that nothing judged since', async () => {
    const model = {
      ...{ id: '2', name: 'judge', version: 2, family: 'columns', task: 'class', stage: 'none' as const },
      ...{ createdAt: '2026-01-01', recipe: 'random-forest', run: 'run-1', dataSet: null, dataSetHash: null },
      ...{ onnxHash: '', onnxBytes: 0, classes: [], metrics: { 'search/macroF1': 0.8614 } },
    } as const;
    const judged = { ...model, name: 'other', metrics: { macroF1: 0.5, 'search/macroF1': 0.9 } };
    const { terminal } = await run('models list', trialHouse({ 'models.list': () => [model, judged] }));
    expect(terminal.output).toMatch(/judge@2 .* 0\.861 \(search\)/);
    expect(terminal.output).toMatch(/other@2 .* 0\.500 /);
    expect(terminal.output).not.toContain('0.900');
  });

  test.each(['0', '1e9', '1001', 'x'])('of learn --next %s names the option and its limits', async (next) => {
    const { code, terminal, house } = await run(`learn autumn --next ${next}`);
    expect(code).toBe(2);
    expect(terminal.errors).toMatch(/--next <number>.*1 to 1000/);
    expect(house.asked).toEqual([]);
  });

  test('that the handlers call wrong use ends with 2', async () => {
    const house = trialHouse();
    const fail = () =>
      house.jobs.start('train.start', {}, async () => {
        throw new NightsiftError('wrongUse', 'The recipe has no setting "x".');
      });
    const inner = trialHouse({
      'train.start': fail,
      'jobs.watch': ({ job }, o) => house.jobs.watch(job, 0, o.signal),
    });
    expect((await run('train autumn --set x=1', inner)).code).toBe(2);
  });

  test('that meets a strange error ends with 1 and says so', async () => {
    const fail = () => {
      throw new TypeError('cannot read property');
    };
    const { code, terminal } = await run('runs list', trialHouse({ 'runs.list': fail }));
    expect([code, terminal.errors.includes('cannot read property')]).toEqual([1, true]);
  });
});

describe('interrupting', () => {
  test('cancels the job, waits for it, and ends with 130', async () => {
    const jobs = openJobBoard({ now: () => new Date(0), milliseconds: () => 0 });
    let saved = false;
    const terminal = trialTerminal();
    const house = trialHouse({
      'doctor.start': () =>
        jobs.start('doctor.start', {}, async ({ signal }) => {
          setTimeout(() => terminal.interrupt(), 10);
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
          saved = true;
          throw new NightsiftError('cancelled', 'Stopped.', { hint: 'Go on with --resume.' });
        }),
      'jobs.watch': ({ job, after }, { signal }) => jobs.watch(job, after, signal),
      'jobs.cancel': ({ job }) => jobs.cancel(job),
    });
    const { code } = await run('doctor', house, terminal);
    expect([code, saved, house.closings()]).toEqual([130, true, 1]);
    expect(terminal.errors).toContain('Go on with --resume.');
  });

  test('twice leaves at once', async () => {
    const jobs = openJobBoard({ now: () => new Date(0), milliseconds: () => 0 });
    const terminal = trialTerminal();
    const house = trialHouse({
      'doctor.start': () =>
        jobs.start('doctor.start', {}, async () => {
          setTimeout(() => terminal.interrupt(), 10);
          setTimeout(() => terminal.interrupt(), 20);
          await new Promise(() => undefined);
        }),
      'jobs.watch': ({ job, after }, { signal }) => jobs.watch(job, after, signal),
      'jobs.cancel': ({ job }) => jobs.cancel(job),
    });
    expect((await run('doctor', house, terminal)).code).toBe(130);
  });
});

test('recipes lists what can be trained, and what one of them takes', async () => {
  const listed = [
    {
      name: 'mlp',
      summary: 'figures alone',
      parameters: { epochs: 60 },
      settings: [{ name: 'epochs', description: 'passes over the items', takes: '1 to 1000' }],
    },
  ];
  const house = trialHouse({ 'recipes.list': () => listed });
  const screen = trialTerminal();
  expect(await runCommandLine(['recipes'], screen, house.door)).toBe(0);
  expect(screen.output).toMatch(/mlp\s+figures alone/);
  expect(await runCommandLine(['recipes', 'mlp'], screen, house.door)).toBe(0);
  expect(screen.output).toMatch(/epochs\s+60\s+1 to 1000\s+passes over the items/);
  expect(await runCommandLine(['recipes', 'nothing'], screen, house.door)).toBe(2);
  expect(screen.errors).toContain('Recipes: mlp');
});

test('detect shows what held-out rows say before what all rows say', async () => {
  const house = trialHouse();
  const result = {
    schema: 'nightsift.events/1' as const,
    model: 'm@1',
    run: 'run-1',
    session: 'log',
    into: '/out',
    rows: 9,
    stages: [],
    events: [],
    figures: { 'row/f1': 0.961 },
    heldOut: { macroF1: 0.48 },
  };
  const inner = trialHouse({
    'detect.start': () => house.jobs.start('detect.start', {}, async () => result),
    'jobs.watch': ({ job }, { signal }) => house.jobs.watch(job, 0, signal),
    'jobs.result': ({ job }) => house.jobs.result(job),
  });
  const { terminal } = await run('detect log.csv --into out', inner);
  expect(terminal.output).toMatch(/held out:\n {2}macroF1 0\.480\n.*learned from.*:\n {2}row\/f1 0\.961\n/);
});
