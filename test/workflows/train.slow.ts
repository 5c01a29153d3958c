import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EvaluationReport } from '../../contract/calls/training.ts';
import { createDataset } from '../../main/workflows/dataset.ts';
import { evaluateModel } from '../../main/workflows/evaluate.ts';
import { exportModel } from '../../main/workflows/export-model.ts';
import { compareModels, listModels } from '../../main/workflows/models.ts';
import { predict, promotedOpinion } from '../../main/workflows/predict.ts';
import { archive } from '../../main/workflows/promote.ts';
import { compareRuns, listRuns, showRun } from '../../main/workflows/runs.ts';
import { scan } from '../../main/workflows/scan.ts';
import { train } from '../../main/workflows/train.ts';
import { trainFromFits } from '../../main/workflows/train-from-fits.ts';
import { openTrainedModel } from '../../main/workflows/trained-model.ts';
import { writeFrames } from './fake-frames/night.ts';
import { newSchool, quick, type School, scannedNight } from './training/taught-night.ts';

let school: School;
beforeEach(() => {
  school = newSchool();
});
afterEach(() => school.close());

describe('training', () => {
  test('with the same seed gives the same bytes, in another library too; with another seed others', async () => {
    await scannedNight(school, 'night');
    const first = await train(school.ports, { dataSet: 'night', parameters: quick });
    const again = await train(school.ports, { dataSet: 'night', parameters: quick });
    const other = await train(school.ports, { dataSet: 'night', parameters: quick, seed: 2 });
    expect([again.run, again.model.version]).toEqual([`${first.run}-2`, 2]);
    expect(again.model.onnxHash).toBe(first.model.onnxHash);
    expect(other.model.onnxHash).not.toBe(first.model.onnxHash);
    const elsewhere = newSchool();
    try {
      await scannedNight(elsewhere, 'night');
      const there = await train(elsewhere.ports, { dataSet: 'night', parameters: quick });
      expect([there.run, there.model.onnxHash]).toEqual([first.run, first.model.onnxHash]);
    } finally {
      await elsewhere.close();
    }
  });

  test('cancelled before its first step can be resumed from the start', async () => {
    await scannedNight(school, 'night');
    await createDataset(school.ports, { sessions: ['night'] });
    const signal = AbortSignal.abort();
    await expect(
      train(school.ports, { dataSet: 'night', parameters: quick }, { signal }),
    ).rejects.toMatchObject({ code: 'cancelled' });
    const resumed = await train(school.ports, { resume: listRuns(school.library)[0]?.id });
    expect(resumed.epochs).toBe(quick.epochs);
  });

  test('of which the process died is known at the next start and goes on', async () => {
    await scannedNight(school, 'night');
    const outcome = await train(school.ports, { dataSet: 'night', parameters: quick });
    // What a killed process leaves: a row that still says running.
    const { id } = school.library.runs.start({ kind: 'train', experiment: 'night', family: 'frames' });
    school.reopen();
    expect(school.library.startReport.interruptedRuns).toBe(1);
    expect(showRun(school.library, id).run).toMatchObject({ state: 'interrupted', resumable: true });
    expect(showRun(school.library, outcome.run).run.state).toBe('finished');
  });

  test('of a selection uses only what fits', async () => {
    await scannedNight(school, 'night', { frames: 60 });
    await train(school.ports, { dataSet: 'night', parameters: quick, where: { filter: ['Ha'] } });
    const all = await train(school.ports, { dataSet: 'night', parameters: quick });
    const [some] = listModels(school.library);
    expect(some?.metrics.items).toBeLessThan(all.model.metrics.items ?? 0);
  });

  test('diverged is a failed run with its reason', async () => {
    await scannedNight(school, 'night');
    const parameters = { ...quick, learningRate: 1, clipNorm: 1e6, weightDecay: 10, epochs: 200 };
    const outcome = await train(school.ports, { dataSet: 'night', parameters }).catch(
      (error: unknown) => error,
    );
    const { run, error } = showRun(school.library, listRuns(school.library)[0]?.id ?? '');
    if (outcome instanceof Error) expect([run.state, error?.code]).toEqual(['failed', 'diverged']);
    else expect(run.state).toBe('finished');
  });
});

describe('train-from-fits', () => {
  test('does it all in one go, and takes over what a person said of the same content', async () => {
    const folder = await scannedNight(school, 'night', { byPerson: 10 });
    const into = `${school.place.folder}/out`;
    const messages: string[] = [];
    const outcome = await trainFromFits(
      school.ports,
      {
        folder,
        parameters: quick,
        modelOutput: `${into}/m.onnx`,
        dataSetFolder: `${into}/data`,
        name: 'judge',
        promote: true,
      },
      { onMessage: (text) => messages.push(text) },
    );
    expect(messages[0]).toBe('Session "night": 0 measured, 40 already known, 10 labelled by a person');
    expect(readFileSync(`${into}/m.onnx`).equals(school.library.blobs.get(outcome.model.onnxHash))).toBe(
      true,
    );
    expect(existsSync(`${into}/data/metadata.json`)).toBe(true);
    expect(outcome).toMatchObject({ modelOutput: `${into}/m.onnx`, dataSetFolder: `${into}/data` });
    expect(outcome.model.stage).toBe('production');
  });

  test('its thresholds hold for the data set and leave the session as it was', async () => {
    const folder = await scannedNight(school, 'night');
    const before = await scan(school.ports, { paths: [folder] });
    const wide = await trainFromFits(school.ports, {
      folder,
      parameters: quick,
      cleanThreshold: 0.85,
      contaminatedThreshold: 0.1,
    });
    const version = school.library.datasets.need(wide.dataSet);
    expect(version.metadata.counts.review?.review).toBeGreaterThan(0);
    const after = await scan(school.ports, { paths: [folder] });
    expect(after.report.frames.map(({ label }) => label)).toEqual(
      before.report.frames.map(({ label }) => label),
    );
    await expect(trainFromFits(school.ports, { folder, cleanThreshold: 0.2 })).rejects.toMatchObject({
      code: 'wrongUse',
    });
  });
});

describe('a trained model', () => {
  test('answers every file, the bad ones too, and stores no label', async () => {
    await scannedNight(school, 'night');
    await train(school.ports, { dataSet: 'night', parameters: { ...quick, epochs: 25 }, name: 'judge' });
    const folder = await scannedNight(school, 'next', { day: 2, frames: 20 });
    writeFrames(folder, {
      'bad.fits': { bad: true },
      'notes.txt': 'clouds',
      'dark.fits': { type: 'dark' },
      'blank.fits': { finding: 'blank', score: 0.99, serial: 7 },
    });
    const report = await predict(school.ports, { model: 'judge', paths: [folder] });
    expect(report.model).toBe('judge@1');
    const item = (file: string) => report.items.find((each) => each.file === file);
    expect(report.items).toHaveLength(24);
    expect(item('bad.fits')).toMatchObject({
      status: 'failed',
      label: 'contaminated',
      score: 0,
      error: { code: 'badHeader' },
    });
    expect(item('notes.txt')).toMatchObject({ status: 'skipped', label: null });
    expect(item('dark.fits')).toMatchObject({ status: 'skipped' });
    expect(item('blank.fits')).toMatchObject({ status: 'ok', label: 'contaminated' });
    const { probabilities, score } = item('f000.fits') ?? {};
    expect(score).toBe(probabilities?.clean);
    expect((probabilities?.clean ?? 0) + (probabilities?.contaminated ?? 0)).toBeCloseTo(1, 5);
    const right = report.items.filter(
      ({ file, score: said }) =>
        /^f\d/.test(file ?? '') && (said ?? 0) > 0.5 === Number(file?.slice(1, 4)) % 2 < 1,
    );
    expect(right.length).toBeGreaterThanOrEqual(16);
    const events = school.library.labels.standing(school.library.sessions.need('next').id);
    expect([...events.values()].every((voices) => voices.model === undefined)).toBe(true);
  });

  test('from a file answers like the registered one; other files are refused', async () => {
    await scannedNight(school, 'night');
    await train(school.ports, { dataSet: 'night', parameters: quick, name: 'judge' });
    const file = `${school.place.folder}/judge.onnx`;
    const { hash } = exportModel(school.library, 'judge@1', file, 'onnx');
    expect(hash).toBe(listModels(school.library)[0]?.onnxHash);
    expect(() => exportModel(school.library, 'judge@1', file, 'body')).toThrowError(/no body of its own/);
    const paths = [`${school.place.folder}/night`];
    const fromFile = await predict(school.ports, { model: file, paths });
    const registered = await predict(school.ports, { model: 'judge@1', paths });
    expect(fromFile.items).toEqual(registered.items);
    writeFileSync(file, 'no model');
    await expect(openTrainedModel(school.ports, file)).rejects.toMatchObject({ code: 'badModel' });
    await expect(openTrainedModel(school.ports, '/nope.onnx')).rejects.toMatchObject({ code: 'notFound' });
    await expect(openTrainedModel(school.ports, 'nobody')).rejects.toMatchObject({ code: 'notFound' });
  });

  test('trained on other figures than are measured now is refused, and scans go on without it', async () => {
    const folder = await scannedNight(school, 'night');
    await train(school.ports, { dataSet: 'night', parameters: quick, name: 'judge', promote: true });
    const family = { ...school.ports.family, featureNames: ['serial', 'score', 'nothing'] };
    const ports = { ...school.ports, family };
    await expect(predict(ports, { model: 'judge', paths: [folder] })).rejects.toMatchObject({
      code: 'modelMismatch',
    });
    const { report } = await scan({ ...ports, predictOpinion: promotedOpinion(ports) }, { paths: [folder] });
    expect(report.frames.every(({ labelledBy }) => labelledBy === 'prefilter')).toBe(true);
  });

  test('carries run, version, data set, checkpoint and figures', async () => {
    await scannedNight(school, 'night');
    const outcome = await train(school.ports, { dataSet: 'night', parameters: quick, name: 'judge' });
    const model = await openTrainedModel(school.ports, 'judge@1');
    expect(model).toMatchObject({
      reference: 'judge@1',
      runId: outcome.run,
      modelVersion: 1,
      dataSetVersion: 'night@1',
    });
    expect(model.checkpointPath).toBe(outcome.checkpoint);
    expect(model.metrics).toEqual(outcome.model.metrics);
    await model.close();
  });

  test('is evaluated on a test split, on a session, and on a folder', async () => {
    await scannedNight(school, 'night', { byPerson: 40 });
    await train(school.ports, { dataSet: 'night', parameters: { ...quick, epochs: 25 }, name: 'judge' });
    const folder = await scannedNight(school, 'next', { day: 2, byPerson: 8, frames: 20 });
    const onSplit = await evaluateModel(school.ports, { model: 'judge', dataSet: 'night@1' });
    expect(onSplit).toMatchObject({ on: 'night@1 (test)', withinNight: true, prefilterAgreement: null });
    expect(onSplit.person?.items).toBe(onSplit.all.items);
    const onSession = await evaluateModel(school.ports, { model: 'judge', dataSet: 'next' });
    const onFolder = await evaluateModel(school.ports, { model: 'judge', paths: [folder] });
    expect(onFolder).toEqual(onSession);
    expect(EvaluationReport.parse(onFolder).all.items).toBe(20);
    expect([onFolder.person?.items, onFolder.prefilterAgreement?.items]).toEqual([8, 12]);
    expect(onFolder.all.confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(20);
    expect([onSplit.learnedFrom, onFolder.learnedFrom]).toEqual([undefined, undefined]);
    const onOwn = await evaluateModel(school.ports, {
      model: 'judge',
      paths: [join(school.place.folder, 'night')],
    });
    const { id } = school.library.datasets.need('night@1');
    const taught = school.library.datasets.items(id).filter(({ split }) => split === 'train');
    expect(onOwn.learnedFrom).toBe(taught.length);
    await expect(evaluateModel(school.ports, { model: 'judge', dataSet: 'nowhere' })).rejects.toMatchObject({
      code: 'notFound',
    });
  });
});

describe('the registry', () => {
  test('compares versions and runs', async () => {
    await scannedNight(school, 'night');
    for (const seed of [1, 2, 3]) {
      await train(school.ports, {
        dataSet: 'night',
        parameters: { ...quick, epochs: 1 },
        name: 'judge',
        seed,
      });
    }
    const compared = compareModels(school.library, 'judge@1', 'judge@3');
    expect(compared).toMatchObject({ first: { version: 1 }, second: { version: 3 }, sameDataSet: true });
    const accuracy = compared.metrics.find(({ key }) => key === 'accuracy');
    expect(accuracy?.difference).toBeCloseTo((accuracy?.second ?? 0) - (accuracy?.first ?? 0));
    const runs = compareRuns(
      school.library,
      listRuns(school.library).map(({ id }) => id),
    );
    expect(runs.parameters.filter(({ differs }) => differs)).toEqual([
      { key: 'seed', values: [1, 2, 3], differs: true },
    ]);
  });

  test('a promoted model judges the next scan, and its word is withdrawn when it goes', async () => {
    await scannedNight(school, 'night');
    await train(school.ports, {
      dataSet: 'night',
      parameters: { ...quick, epochs: 25 },
      name: 'judge',
      promote: true,
    });
    const folder = await scannedNight(school, 'next', { day: 2, frames: 12 });
    const ports = { ...school.ports, predictOpinion: promotedOpinion(school.ports) };
    const { report } = await scan(ports, { paths: [folder] });
    for (const frame of report.frames) {
      expect(frame.opinions.map(({ author }) => author)).toEqual(['prefilter', 'model']);
      expect(frame.opinions[1]?.by).toBe('judge@1');
    }
    // another model by now: asking it says nothing of what is stored
    const stands = () => school.library.labels.standing(school.library.sessions.need('next').id);
    const before = stands();
    await train(school.ports, { dataSet: 'night', parameters: quick, name: 'other', promote: true });
    await predict(school.ports, { model: 'other', paths: [folder] });
    expect(stands()).toEqual(before);
    archive(school.library, 'other@1');
    const without = await scan(ports, { paths: [folder] });
    expect(without.report.frames.every((frame) => frame.opinions.length === 1)).toBe(true);
  });
});
