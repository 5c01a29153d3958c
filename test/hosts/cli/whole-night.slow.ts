/** Every command as a person types it, on small simulated nights, in processes of their own. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { api } from '../../../contract/api.ts';
import { SortOutcome } from '../../../contract/calls/sessions.ts';
import { EvaluationReport, TrainOutcome } from '../../../contract/calls/training.ts';
import { PredictReport, ScanReport } from '../../../contract/scan-report.ts';
import { hashesBelow } from '../../workflows/fake-frames/night.ts';
import { nightsift, temporaryFolder, writeNight } from './small-night.ts';

const place = temporaryFolder();
const library = path.join(place.folder, 'library');
const first = path.join(place.folder, 'first');
const second = path.join(place.folder, 'second');
let truth: Map<string, boolean>;

const run = (...words: string[]) => nightsift(words, { library, folder: place.folder });
async function json<S extends z.ZodType>(schema: S, ...words: string[]): Promise<z.output<S>> {
  const { code, output, errors } = await run(...words, '--json');
  expect(errors.includes('nightsift:') ? errors : '').toBe('');
  expect(code).toBe(0);
  return schema.parse(JSON.parse(output));
}

beforeAll(() => {
  truth = writeNight(first, { seed: 11, frames: 28 });
  writeNight(second, { seed: 12, frames: 12 });
  writeFileSync(path.join(first, 'notes.txt'), 'clouds at two');
  writeFileSync(path.join(first, 'broken.fits'), 'SIMPLE  =                    T');
  writeFileSync(path.join(first, 'empty.fits'), '');
});
afterAll(() => place.remove());

describe('a night, command by command', () => {
  test('scan answers every file, to a file and to standard output', async () => {
    const before = hashesBelow(first);
    const scanned = await run(
      'scan',
      'first',
      '--json',
      'out/report.json',
      '--csv',
      'out/report.csv',
      '--workers',
      '2',
    );
    expect([scanned.code, scanned.errors]).toEqual([0, expect.stringContaining('measuring')]);
    const report = ScanReport.parse(
      JSON.parse(readFileSync(path.join(place.folder, 'out/report.json'), 'utf8')),
    );
    expect(report.frames.map(({ file }) => file).sort()).toEqual(
      [...truth.keys(), 'broken.fits', 'empty.fits', 'notes.txt'].sort(),
    );
    const of = (file: string) => report.frames.find((frame) => frame.file === file);
    for (const file of ['broken.fits', 'empty.fits']) {
      expect(of(file)).toMatchObject({ status: 'failed', label: 'contaminated', score: 0 });
      expect(of(file)?.findings[0]?.code).toBe('unreadable');
    }
    expect(of('notes.txt')).toMatchObject({ status: 'skipped' });
    expect(readFileSync(path.join(place.folder, 'out/report.csv'), 'utf8').trim().split('\n')).toHaveLength(
      report.frames.length + 1,
    );
    const again = await json(ScanReport, 'scan', 'first');
    expect(again).toEqual(report);
    expect((await run('scan', 'first')).output).toContain('(0 measured');
    expect(hashesBelow(first)).toEqual(before);
  });

  test('sessions, labels, calibration', async () => {
    const sessions = await json(api['sessions.list'].out, 'sessions', 'list');
    expect(sessions).toMatchObject([{ name: 'first', items: 31, failed: 2, skipped: 1 }]);
    const csv = [...truth].map(([file, clean]) => `${file},${clean ? 'clean' : 'contaminated'}`);
    writeFileSync(path.join(place.folder, 'labels.csv'), `file,label\n${csv.join('\n')}\nnope.fits,clean\n`);
    const labelled = await run('label', 'first', '--from', 'labels.csv', '--by', 'ada');
    expect(labelled).toMatchObject({ code: 0, output: `${truth.size} changed, 0 unchanged, 1 unknown\n` });
    const [file] = [...truth.keys()];
    writeFileSync(path.join(place.folder, 'wrong.csv'), `file,label\n${file},bogus\n`);
    const refused = await run('label', 'first', '--from', 'wrong.csv');
    expect(refused.output).toContain('1 refused');
    expect(refused.code).toBe(1);
    expect(
      (await run('label', 'first', file ?? '', truth.get(file ?? '') ? 'clean' : 'contaminated')).output,
    ).toContain('unchanged');
    const shown = await json(ScanReport, 'sessions', 'show', 'first');
    expect(shown.frames.filter(({ labelledBy }) => labelledBy === 'person').length).toBeGreaterThanOrEqual(
      truth.size,
    );
    const calibrated = await json(api['calibrate.start'].result, 'calibrate', 'first', '--dry-run');
    expect(calibrated).toMatchObject({ applied: false, reviewedFrames: expect.any(Number) });
  });

  test('data sets', async () => {
    const made = await json(api['datasets.create'].result, 'dataset', 'create', 'first', '--name', 'autumn');
    expect(await json(api['datasets.list'].out, 'dataset', 'list')).toEqual([made]);
    const shown = await json(api['datasets.show'].out, 'dataset', 'show', made.hash.slice(0, 12));
    expect(shown.dataSet).toEqual(made);
    expect(await json(api['datasets.diff'].out, 'dataset', 'diff', 'autumn', 'autumn@1')).toEqual({
      added: [],
      removed: [],
      relabelled: [],
      moved: [],
    });
    expect((await json(api['datasets.verify'].result, 'dataset', 'verify', 'autumn')).problems).toEqual([]);
    expect((await run('dataset', 'export', 'autumn', '--into', 'data', '--action', 'symlink')).code).toBe(0);
    expect(existsSync(path.join(place.folder, 'data', 'metadata.json'))).toBe(true);
  });

  test('training, evaluation, prediction', async () => {
    const options = [
      '--set',
      'imageWidth=4',
      'patience=0',
      '--epochs',
      '12',
      '--batch_size=8',
      '--name',
      'judge',
    ];
    const trained = await json(TrainOutcome, 'train', 'autumn', ...options);
    expect(trained).toMatchObject({ dataSet: 'autumn@1', epochs: 12, model: { name: 'judge', version: 1 } });
    const fits = await json(
      TrainOutcome,
      'train-from-fits',
      'first',
      ...options,
      '--model_output',
      'out/judge.onnx',
      '--dataset-dir',
      'out/data',
    );
    expect(fits.model.version).toBe(2);
    expect(existsSync(path.join(place.folder, 'out/judge.onnx'))).toBe(true);
    expect(existsSync(path.join(place.folder, 'out/data/metadata.json'))).toBe(true);
    const report = await json(EvaluationReport, 'evaluate', 'judge@1', 'autumn');
    expect(report.person?.items).toBe(report.all.items);
    expect((await run('evaluate', 'judge', 'second')).output).toContain('macro F1');
    await run('predict', 'out/judge.onnx', 'second', '--json', 'out/answers.json');
    const answers = PredictReport.parse(
      JSON.parse(readFileSync(path.join(place.folder, 'out/answers.json'), 'utf8')),
    );
    expect(answers.items).toHaveLength(12);
    expect(answers.items.every(({ label }) => label !== null)).toBe(true);
    const byName = await json(PredictReport, 'predict', 'judge@2', 'second');
    expect(byName.items).toEqual(answers.items);
  });

  test('the registry and the record of runs', async () => {
    expect((await run('models', 'promote', 'judge@1', '--reason', 'trial')).output).toBe(
      'judge@1 is in production.\n',
    );
    expect((await run('models', 'promote', 'judge@2')).output).toBe(
      'judge@2 is in production; judge@1 is archived.\n',
    );
    expect((await run('models', 'rollback')).output).toBe('judge@1 is in production; judge@2 is archived.\n');
    const shown = await json(api['models.show'].out, 'models', 'show', 'judge@production');
    expect(shown.history[0]).toMatchObject({ to: 'production', reason: 'trial' });
    expect(shown.lineage.items.length).toBeGreaterThan(20);
    expect(
      (await json(api['models.compare'].out, 'models', 'compare', 'judge@1', 'judge@2')).metrics.length,
    ).toBeGreaterThan(3);
    expect(
      (await run('models', 'export', 'judge', 'out/weights.safetensors', '--format', 'safetensors')).code,
    ).toBe(0);
    const runs = await json(api['runs.list'].out, 'runs', 'list');
    expect(runs.map(({ state }) => state)).toEqual(['finished', 'finished']);
    const ids = runs.map(({ id }) => id);
    await json(api['runs.show'].out, 'runs', 'show', ids[0] ?? '');
    await json(api['runs.compare'].out, 'runs', 'compare', ...ids);
    expect((await run('runs', 'export', ids[0] ?? '', 'out/run.json')).code).toBe(0);
    expect((await run('runs', 'export', ids[0] ?? '', 'out/run.csv')).code).toBe(0);
    expect(readFileSync(path.join(place.folder, 'out/run.csv'), 'utf8')).toContain('train/loss');
    expect((await run('models', 'archive', 'judge@1')).code).toBe(0);
  });

  test('sort and undo', async () => {
    await run('models', 'promote', 'judge@2');
    const report = await json(ScanReport, 'scan', 'second');
    expect(report.frames.some(({ opinions }) => opinions.some(({ author }) => author === 'model'))).toBe(
      true,
    );
    const before = hashesBelow(second);
    const plan = await json(
      SortOutcome,
      'sort',
      'second',
      '--into',
      'sorted',
      '--action',
      'move',
      '--dry-run',
    );
    expect([plan.operation, plan.files.length]).toEqual([null, 12]);
    expect(hashesBelow(second)).toEqual(before);
    expect((await run('sort', 'second', '--into', 'sorted', '--action', 'move')).code).toBe(0);
    expect(readdirSync(second)).toEqual([]);
    expect((await run('undo')).output).toContain('12 files taken back');
    expect(hashesBelow(second)).toEqual(before);
    expect((await run('sort', 'second', '--into', 'links', '--action', 'symlink')).code).toBe(0);
    const [label = ''] = readdirSync(path.join(place.folder, 'links'));
    const [file = ''] = readdirSync(path.join(place.folder, 'links', label));
    expect(path.basename(readlinkSync(path.join(place.folder, 'links', label, file)))).toBe(file);
  });

  test('doctor', async () => {
    const outcome = await json(api['doctor.start'].result, 'doctor');
    expect(outcome.healthy).toBe(true);
    expect(outcome.findings.map(({ check }) => check)).toContain('ONNX Runtime');
  });
});

describe('exit codes', () => {
  test('1 when nothing could be done', async () => {
    mkdirSync(path.join(place.folder, 'nothing'));
    for (const words of [
      ['scan', 'nowhere'],
      ['scan', 'nothing'],
      ['models', 'show', 'nobody'],
      ['train', 'nothing-of-the-kind'],
      ['predict', 'nobody', 'first'],
      ['undo', 'op-0'],
    ]) {
      const { code, errors, output } = await run(...words);
      expect([words.join(' '), code]).toEqual([words.join(' '), 1]);
      expect(errors + output).not.toContain('    at ');
    }
  });

  test('2 for wrong use that only the handlers can see', async () => {
    expect((await run('train', 'autumn', '--set', 'speed=3')).code).toBe(2);
    expect((await run('train', 'autumn', '--set', 'epochs=none')).code).toBe(2);
  });

  test('0 when all files were answered, though none could be read', async () => {
    const folder = path.join(place.folder, 'bad');
    mkdirSync(folder);
    for (const name of ['a.fits', 'b.fit']) writeFileSync(path.join(folder, name), 'no image');
    const { code, output } = await run('scan', 'bad');
    expect([code, output]).toEqual([0, expect.stringContaining('2 failed')]);
  });

  test('while another process holds the library, lists are given and changes are 1 with a clear word', async () => {
    const heardMeanwhile: unknown[] = [];
    const busy = nightsift(['train', 'autumn', '--set', 'patience=0', '--epochs', '200', '--name', 'long'], {
      library,
      folder: place.folder,
      touch: (kill, heard) => {
        const timer = setInterval(async () => {
          if (!heard().includes('epoch 1 ')) return;
          clearInterval(timer);
          const [list, change] = [await run('sessions', 'list'), await run('scan', 'third')];
          heardMeanwhile.push(list.code, list.errors, change.code, change.errors);
          kill('SIGINT');
        }, 50);
      },
    });
    const ended = await busy;
    expect(heardMeanwhile).toEqual([0, '', 1, expect.stringMatching(/library .* in use/i)]);
    // 130, with the run marked, its checkpoint kept, and a word on how to go on.
    expect(ended.code).toBe(130);
    expect(ended.errors).toMatch(/nightsift train --resume run-/);
    const runs = await json(api['runs.list'].out, 'runs', 'list');
    expect(runs.at(-1)).toMatchObject({ state: 'cancelled', resumable: true });
    const detail = await json(api['runs.show'].out, 'runs', 'show', runs.at(-1)?.id ?? '');
    expect(detail.checkpoints.length).toBeGreaterThan(0);
  });

  test('130 from a scan too, and what was measured is kept', async () => {
    const folder = path.join(place.folder, 'third');
    // So many that measuring them lasts well beyond the first line about it, and yet each a frame of its own.
    writeNight(folder, { seed: 13, frames: 1 });
    const [file = ''] = readdirSync(folder);
    const bytes = readFileSync(path.join(folder, file));
    for (let copy = 1; copy < 160; copy++) {
      bytes.writeUInt8(copy, bytes.length - 2880);
      writeFileSync(path.join(folder, `copy_${copy}.fits`), bytes);
    }
    const ended = await nightsift(['scan', 'third', '--workers', '1'], {
      library,
      folder: place.folder,
      touch: (kill, heard) => {
        const timer = setInterval(() => {
          if (!/measuring: [1-9]/.test(heard())) return;
          clearInterval(timer);
          kill('SIGINT');
        }, 10);
      },
    });
    expect([ended.code, ended.signal]).toEqual([130, null]);
    const { code, output } = await run('scan', 'third');
    expect(code).toBe(0);
    expect(Number(/(\d+) already known/.exec(output)?.[1])).toBeGreaterThan(0);
  });
});

const bin = path.resolve('bin/nightsift.mjs');
const isBuilt = existsSync(path.resolve('dist/main/hosts/cli/main.js'));
const oldNode = ['/usr/bin/node', '/usr/local/bin/node'].find((node) => {
  if (!existsSync(node)) return false;
  const major = Number(
    spawnSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout.split('.')[0],
  );
  return major > 0 && major < 22;
});

describe('the installed command', () => {
  test.skipIf(!isBuilt)('runs compiled (skipped without a build)', async () => {
    const ended = await nightsift(['sessions', 'list', '--json'], {
      library,
      command: [process.execPath, bin],
    });
    expect([ended.code, ended.errors]).toEqual([0, '']);
    expect(JSON.parse(ended.output).length).toBeGreaterThan(0);
    const predicted = await nightsift(['predict', 'judge', second, '--json'], {
      library,
      command: [process.execPath, bin],
    });
    expect(PredictReport.parse(JSON.parse(predicted.output)).items.length).toBe(12);
  });

  test.skipIf(!isBuilt || oldNode === undefined)(
    'goes on under the bundled Node (skipped without an old Node)',
    async () => {
      const command = [oldNode ?? '', bin] as const;
      const ended = await nightsift(['sessions', 'list', '--json'], { library, command: [...command] });
      expect([ended.code, ended.errors]).toEqual([0, '']);
      expect((await nightsift(['frobnicate'], { library, command: [...command] })).code).toBe(2);
      const stopped = await nightsift(['train', 'autumn', '--set', 'patience=0', '--epochs', '200'], {
        library,
        command: [...command],
        touch: (kill, heard) => {
          const timer = setInterval(() => {
            if (!heard().includes('epoch 1 ')) return;
            clearInterval(timer);
            kill('SIGINT');
          }, 50);
        },
      });
      expect(stopped.code).toBe(130);
    },
  );

  test.skipIf(!isBuilt || oldNode === undefined)(
    'dies with the process that was started (skipped without an old Node)',
    async () => {
      const words = ['train', 'autumn', '--set', 'patience=0', '--epochs', '200', '--name', 'orphan'];
      const ended = await nightsift(words, {
        library,
        folder: place.folder,
        command: [oldNode ?? '', bin],
        touch: (kill, heard) => {
          const timer = setInterval(() => {
            if (!heard().includes('epoch 1 ')) return;
            clearInterval(timer);
            kill('SIGKILL');
          }, 50);
        },
      });
      expect(ended.signal).toBe('SIGKILL');
      const { code, output, errors } = await run('runs', 'list', '--json');
      expect([code, errors]).toEqual([0, expect.stringContaining('was interrupted')]);
      const runs = api['runs.list'].out.parse(JSON.parse(output));
      expect(runs.at(-1)).toMatchObject({ experiment: 'orphan', state: 'interrupted', resumable: true });
    },
  );
});
