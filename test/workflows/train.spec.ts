import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Lineage } from '../../contract/calls/models.ts';
import { EvaluationReport, TrainOutcome } from '../../contract/calls/training.ts';
import { decodeModel } from '../../main/formats/onnx/index.ts';
import { createDataset } from '../../main/workflows/dataset.ts';
import { showModel } from '../../main/workflows/models.ts';
import { listRuns, showRun } from '../../main/workflows/runs.ts';
import { train } from '../../main/workflows/train.ts';
import { newRun, type TrainSettings } from '../../main/workflows/training/new-run.ts';
import { runReport } from '../../main/workflows/training/run-report.ts';
import { temporaryFolder } from '../library/temporary-folder.ts';
import { newSchool, quick, type School, scannedNight } from './training/taught-night.ts';

let school: School;
beforeEach(() => {
  school = newSchool();
});
afterEach(() => school.close());

describe('training', () => {
  test('gives a registered model that is traced to the very files and labels', async () => {
    await scannedNight(school, 'night', { byPerson: 30 });
    const phases = new Set<string>();
    const epochs: number[] = [];
    const outcome = await train(
      school.ports,
      { dataSet: 'night', parameters: { ...quick, folds: 2 }, name: 'judge' },
      { onProgress: ({ phase }) => phases.add(phase), onMetrics: (epoch) => epochs.push(epoch) },
    );
    expect(TrainOutcome.parse(outcome)).toEqual(outcome);
    expect(outcome.model).toMatchObject({
      name: 'judge',
      version: 1,
      stage: 'none',
      recipe: 'small-cnn',
      run: outcome.run,
    });
    expect(outcome.epochs).toBe(quick.epochs);
    expect(epochs).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...phases]).toEqual(expect.arrayContaining(['training', 'evaluating']));
    expect(outcome.exportDifference).toBeLessThanOrEqual(1e-4);
    expect(existsSync(outcome.checkpoint ?? '')).toBe(true);

    const shown = showModel(school.library, 'judge');
    expect(Lineage.parse(shown.lineage)).toMatchObject({
      model: 'judge@1',
      run: outcome.run,
      dataSet: 'night@1',
    });
    expect(shown.lineage.items).toHaveLength(40);
    expect(shown.lineage.items.filter(({ labelledBy }) => labelledBy === 'person')).toHaveLength(30);
    expect(shown.lineage.items[0]?.contentHash).toMatch(/^[0-9a-f]{64}$/);
    expect(EvaluationReport.parse(shown.report)).toMatchObject({
      model: 'judge@1',
      on: 'night@1 (test)',
      withinNight: true,
    });

    const { metadata } = decodeModel(school.library.blobs.get(outcome.model.onnxHash));
    expect(metadata).toMatchObject({
      schema: 'nightsift.model/1',
      run: outcome.run,
      dataSet: 'night@1',
      dataSetHash: outcome.model.dataSetHash,
      classes: '["clean","contaminated"]',
      engine: 'onnxruntime',
    });
    expect(JSON.parse(metadata.inputRecipe ?? '')).toMatchObject({
      features: ['score', 'serial', 'nothing'],
    });

    const detail = showRun(school.library, outcome.run);
    expect(detail.run).toMatchObject({ state: 'finished', resumable: false, dataSet: 'night@1', epochs: 6 });
    expect(detail.parameters).toMatchObject({ ...quick, learningRate: 0.005 });
    expect(Object.keys(detail.parameters).some((key) => key.startsWith('@'))).toBe(false);
    expect(detail.environment).toMatchObject({ threads: '1', engine: 'onnxruntime' });
    expect(shown.lineage.engine).toBe('onnxruntime');
    expect(detail.series['train/loss']).toHaveLength(6);
    expect(detail.checkpoints.filter(({ best }) => !best).length).toBeLessThanOrEqual(3);
    expect(detail.models).toEqual(['judge@1']);
    expect(listRuns(school.library).map(({ id }) => id)).toEqual([outcome.run]);

    // how much the figures vary is told wherever they are
    const spread = {
      'crossValidation/accuracy': expect.any(Number),
      'crossValidation/balancedAccuracyDeviation': expect.any(Number),
    };
    expect(outcome.report?.figures).toMatchObject(spread);
    expect(shown.report?.figures).toMatchObject(spread);
    expect(detail.run.metrics).toMatchObject(spread);

    const markdown = runReport(school.library, outcome.run, 'markdown').text;
    for (const heading of [
      'Data',
      'Curves',
      'Figures',
      'Cross-validation',
      'Classes (test)',
      'Confusion (test)',
      'Calibration (test)',
    ])
      expect(markdown).toContain(`## ${heading}\n`);
    expect(markdown).toContain('| engine | onnxruntime |');
    expect(markdown).toMatch(/\| opset \| 18 \|/);
    expect(markdown).toMatch(/\| train\/loss \| [\d.]+ \|/);
    const html = runReport(school.library, outcome.run, 'html').text;
    expect(html.match(/<polyline /g)?.length).toBeGreaterThanOrEqual(4);
    expect(html).not.toMatch(/<script|src=|href=|>NaN<|,NaN/);
  });

  test('stopped and resumed ends with the same bytes as one that was never stopped', async () => {
    await scannedNight(school, 'night');
    // so many epochs that the word to stop reaches the training before its end on any machine
    const parameters = { ...quick, epochs: 24 };
    const whole = await train(school.ports, { dataSet: 'night', parameters, name: 'whole' });
    const stop = new AbortController();
    const modelOutput = join(temporaryFolder(), 'model.onnx');
    const stopped = train(
      school.ports,
      { dataSet: 'night', parameters, name: 'stopped', modelOutput },
      { signal: stop.signal, onMetrics: (epoch) => epoch === 1 && stop.abort() },
    );
    await expect(stopped).rejects.toMatchObject({
      code: 'cancelled',
      hint: expect.stringContaining('--resume'),
    });
    const run = listRuns(school.library).at(-1);
    expect(run).toMatchObject({ state: 'cancelled', resumable: true });
    school.reopen();
    // a file that came in the way meanwhile is met before the work, and the run can still be resumed
    writeFileSync(modelOutput, 'notes of a night\n');
    await expect(train(school.ports, { resume: run?.id })).rejects.toMatchObject({ code: 'wouldOverwrite' });
    expect(listRuns(school.library).at(-1)).toMatchObject({ state: 'cancelled', resumable: true });
    rmSync(modelOutput);
    const resumed = await train(school.ports, { resume: run?.id });
    expect(decodeModel(readFileSync(modelOutput)).metadata.recipe).toBe('small-cnn');
    expect(resumed.model).toMatchObject({ name: 'stopped', onnxHash: whole.model.onnxHash });
    const series = (id: string) => showRun(school.library, id).series['train/loss'];
    expect(series(resumed.run)).toEqual(series(whole.run));
    await expect(train(school.ports, { resume: run?.id })).rejects.toMatchObject({ code: 'conflict' });
    // a finished run goes on when it is to have more epochs, and keeps every other setting
    const longer = await train(school.ports, { resume: run?.id, parameters: { epochs: 26 } });
    expect(longer).toMatchObject({ epochs: 26, model: { name: 'stopped', version: 2 } });
    expect(series(resumed.run)).toHaveLength(26);
    expect(showRun(school.library, resumed.run).parameters.epochs).toBe(26);
    const changed = train(school.ports, { resume: run?.id, parameters: { epochs: 27, batchSize: 4 } });
    await expect(changed).rejects.toMatchObject({ code: 'wrongUse' });
  });

  test('a resume that is refused leaves the run as it was', async () => {
    await scannedNight(school, 'night');
    const { library } = school;
    const parameters = { ...quick, epochs: 2 };
    const { run } = await train(school.ports, { dataSet: 'night', parameters, seed: 77 });
    const before = showRun(library, run);
    const refused = (input: Omit<Parameters<typeof train>[1], 'resume'>, words: RegExp) =>
      expect(train(school.ports, { resume: run, ...input })).rejects.toMatchObject({
        code: 'wrongUse',
        message: expect.stringMatching(words),
      });
    await refused({ parameters: { epochs: 5000 } }, /epochs cannot be "5000"/);
    await refused({ parameters: { epochs: 2.5 } }, /epochs cannot be "2.5"/);
    await refused({ parameters: { epochs: 3 }, seed: 5, engine: 'tfjs' }, /seed, engine cannot change/);
    await refused({ recipe: 'mlp', teacher: 'other', where: { filter: ['L'] } }, /recipe, teacher, where/);
    expect(showRun(library, run)).toEqual(before);
    library.runs.end(run, { status: 'cancelled', errorCode: 'cancelled', errorMessage: 'Stopped.' });
    await refused({ parameters: { epochs: 1 } }, /has had 2 epochs, more than 1\./);
    expect(listRuns(library)[0]).toMatchObject({ state: 'cancelled', resumable: true });
    const longer = await train(school.ports, { resume: run, parameters: { epochs: 3 } });
    expect(longer).toMatchObject({ epochs: 3 });
  });

  test('names runs of another engine otherwise, and says which it was', async () => {
    await scannedNight(school, 'night');
    const version = await createDataset(school.ports, { sessions: ['night'] });
    const idOf = (settings: TrainSettings) => newRun(school.ports, version, settings).id;
    const usual = idOf({});
    expect(idOf({ engine: 'onnxruntime' })).toBe(`${usual}-2`);
    const other = idOf({ engine: 'tfjs' });
    expect(other.slice(0, usual.length)).not.toBe(usual);
    const forest = idOf({ recipe: 'random-forest' });
    const engines = [usual, other, forest].map((id) => showRun(school.library, id).environment.engine);
    expect(engines).toEqual(['onnxruntime', 'tfjs', undefined]);
  });

  test('is held between two steps, and goes on as if nothing had been', async () => {
    await scannedNight(school, 'night');
    // so many epochs that the word to hold reaches the training before its end on any machine
    const parameters = { ...quick, epochs: 60 };
    const whole = await train(school.ports, { dataSet: 'night', parameters, name: 'whole' });
    let hold: (paused: boolean) => void = () => undefined;
    const heldAt: number[] = [];
    let seen = 0;
    const held = train(
      school.ports,
      { dataSet: 'night', parameters, name: 'held' },
      {
        onPausable: (pause) => {
          hold = pause;
        },
        onMetrics: (epoch) => {
          seen = epoch;
          if (epoch !== 2) return;
          hold(true);
          setTimeout(() => heldAt.push(seen), 150);
          setTimeout(() => {
            heldAt.push(seen);
            hold(false);
          }, 400);
        },
      },
    );
    expect((await held).model.onnxHash).toBe(whole.model.onnxHash);
    expect(heldAt[0]).toBe(heldAt[1]);
    expect(heldAt[0]).toBeLessThan(parameters.epochs);
  });

  test('refuses what cannot work, and says what there is', async () => {
    await scannedNight(school, 'night', { frames: 12 });
    const refuse = (input: Parameters<typeof train>[1]) => expect(train(school.ports, input)).rejects;
    await refuse({ dataSet: 'day' }).toMatchObject({ code: 'notFound' });
    await refuse({}).toMatchObject({ code: 'wrongUse' });
    await refuse({ dataSet: 'night', recipe: 'vgg' }).toMatchObject({
      code: 'wrongUse',
      hint: expect.stringContaining('small-cnn'),
    });
    await refuse({ dataSet: 'night', parameters: { speed: 3 } }).toMatchObject({ code: 'wrongUse' });
    await refuse({ dataSet: 'night', where: { filter: ['SII'] } }).toMatchObject({ code: 'notEnoughData' });
    await refuse({ dataSet: 'night', backbone: '/nope.onnx' }).toMatchObject({ code: 'cannotOpen' });
    await refuse({ dataSet: 'night', parameters: { 'evaluation.folds': 20 } }).toMatchObject({
      code: 'notEnoughData',
      message: expect.stringContaining('evaluation.folds=20'),
    });
    await refuse({
      dataSet: 'night',
      parameters: { targets: 'marks', 'class-weights': 'balanced' },
    }).toMatchObject({
      code: 'wrongUse',
      message: expect.stringContaining('classWeights'),
    });
    await refuse({
      dataSet: 'night',
      recipe: 'random-forest',
      parameters: { targets: 'number' },
    }).toMatchObject({ code: 'wrongUse', message: expect.stringContaining('networks') });
    await refuse({ dataSet: 'night', recipe: 'random-forest', engine: 'tfjs' }).toMatchObject({
      code: 'wrongUse',
      message: expect.stringContaining('takes no --engine tfjs'),
    });
    await refuse({ dataSet: 'night', parameters: { loss: 'binary', focus: 2 } }).toMatchObject({
      code: 'wrongUse',
      message: expect.stringContaining('focus=2'),
    });
    const foreign = join(temporaryFolder(), 'model.onnx');
    writeFileSync(foreign, 'notes of a night\n');
    await refuse({ dataSet: 'night', modelOutput: foreign }).toMatchObject({ code: 'wouldOverwrite' });
    await refuse({ resume: 'run-0' }).toMatchObject({ code: 'notFound' });
    expect(listRuns(school.library)).toEqual([]);
    await refuse({ dataSet: 'night', recipe: 'conv1d' }).toMatchObject({ code: 'badInput' });
    const [useless] = listRuns(school.library);
    expect(useless).toMatchObject({ state: 'failed', resumable: false });
    await refuse({ resume: useless!.id }).toMatchObject({ code: 'conflict' });
  });
});
