import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EvaluationReport, TrainOutcome } from '../../../contract/calls/training.ts';
import { PredictReport } from '../../../contract/scan-report.ts';
import { evaluateModel } from '../../../main/workflows/evaluate.ts';
import { showModel } from '../../../main/workflows/models.ts';
import { predict } from '../../../main/workflows/predict.ts';
import { promote } from '../../../main/workflows/promote.ts';
import { listItems, showItem } from '../../../main/workflows/records/items.ts';
import { scanRecords } from '../../../main/workflows/records/scan-records.ts';
import { train } from '../../../main/workflows/train.ts';
import { describedTable, newRecordSchool, type RecordSchool, writeTable } from './record-school.ts';

let school: RecordSchool;
beforeEach(() => {
  school = newRecordSchool();
});
afterEach(() => school.close());

const scan = (...paths: string[]) => scanRecords(school.ports, { paths, family: 'columns' });

describe('a model of records', () => {
  const quick = { trees: 20, 'evaluation.folds': 3, 'data.minimumPerClass': 2 };

  it('is judged out of fold, traced, promoted, asked about files and sessions', async () => {
    const path = writeTable(school, 'table.csv', describedTable(90));
    const outcome = await train(school.ports, {
      paths: [path],
      family: 'columns',
      label: 'y_act',
      recipe: 'random-forest',
      parameters: quick,
      name: 'kinds',
    });
    expect(TrainOutcome.parse(outcome).model).toMatchObject({
      name: 'kinds',
      family: 'columns',
      task: 'kind',
    });
    expect(outcome.report).toMatchObject({ on: 'table.csv@1 (cross-validation)', all: { items: 90 } });
    expect(outcome.report?.figures?.['text/precision']).toBeGreaterThan(0.8);
    expect(outcome.report?.all.accuracy).toBeGreaterThan(0.8);
    expect(showModel(school.library, 'kinds').lineage.items).toHaveLength(90);

    const unseen = writeTable(school, 'unseen.csv', describedTable(25, 5000));
    const report = PredictReport.parse(await predict(school.ports, { model: 'kinds', paths: [unseen] }));
    expect(report.items).toHaveLength(25);
    expect(report.items[0]).toMatchObject({ file: 'unseen.csv', id: '1', status: 'ok' });
    for (const { label, probabilities, score } of report.items) {
      const sum = Object.values(probabilities ?? {}).reduce((total, value) => total + value, 0);
      expect(sum).toBeCloseTo(1, 5);
      expect(score).toBe(probabilities?.[label ?? '']);
    }

    const judged = EvaluationReport.parse(
      await evaluateModel(school.ports, { model: 'kinds', paths: [unseen] }),
    );
    expect(judged.all.items).toBe(25);
    expect(judged.all.accuracy).toBeGreaterThan(0.7);
    expect(judged.otherLabels).toBeUndefined();
    expect(judged.learnedFrom).toBeUndefined();
    const again = await evaluateModel(school.ports, { model: 'kinds', paths: [path] });
    expect(EvaluationReport.parse(again)).toMatchObject({ all: { items: 90 }, learnedFrom: 90 });
    // kinds that are no class of the model are left out and counted, not passed over
    const asKinds = await evaluateModel(school.ports, { model: 'kinds', paths: [unseen], label: 'kind' });
    const others = Object.values(asKinds.otherLabels ?? {}).reduce((sum, items) => sum + items, 0);
    expect(asKinds.otherLabels).toHaveProperty('text_short');
    expect(asKinds.all.items + others).toBe(25);
    // what it learned from says nothing of it: the out-of-fold figures are given again
    const own = await evaluateModel(school.ports, { model: 'kinds', dataSet: 'table.csv' });
    expect(own.on).toBe('table.csv@1 (cross-validation)');

    promote(school.library, 'kinds');
    const { records } = await scan(unseen);
    expect(
      records?.items.every(({ predicted, confidence }) => predicted !== null && (confidence ?? 0) > 0),
    ).toBe(true);
    const uncertain = listItems(school.library, { session: 'unseen.csv', order: 'uncertain' });
    expect(uncertain.classes).toContain('embedded-number');
    const contradicted = records?.items.filter(({ label, predicted }) => label !== predicted) ?? [];
    if (contradicted.length > 0) expect(uncertain.items[0]?.label).not.toBe(uncertain.items[0]?.predicted);
    const detail = showItem(school.library, 'unseen.csv', 'unseen.csv#1');
    expect(detail.tensors[0]?.values).toHaveLength(376);
    expect(detail.view.samples).toHaveLength(5);
  });

  it('does not ship below the accuracy asked for; the run keeps the reason', async () => {
    const path = writeTable(school, 'table.csv', describedTable(60));
    const training = train(school.ports, {
      paths: [path],
      family: 'columns',
      recipe: 'random-forest',
      parameters: { ...quick, 'export.minimumMacroF1': 1 },
    });
    await expect(training).rejects.toMatchObject({
      code: 'verifyFailed',
      message: expect.stringContaining('macro F1'),
    });
    expect(school.library.models.list()).toEqual([]);
    expect(school.library.runs.list()).toMatchObject([{ status: 'failed', errorCode: 'verifyFailed' }]);
  });

  it('learns from what --where leaves and refuses settings that nobody knows', async () => {
    const path = writeTable(school, 'table.csv', describedTable(60));
    await scan(path);
    const settings = { dataSet: 'table.csv', recipe: 'random-forest', parameters: quick };
    await expect(train(school.ports, { ...settings, where: { label: ['numeric'] } })).rejects.toMatchObject({
      code: 'notEnoughData',
    });
    await expect(
      train(school.ports, { ...settings, parameters: { 'data.nonsense': 1 } }),
    ).rejects.toMatchObject({ code: 'wrongUse' });
  });

  it('refuses files that give it other things to see', async () => {
    const path = writeTable(school, 'table.csv', describedTable(40));
    await train(school.ports, {
      paths: [path],
      family: 'columns',
      recipe: 'random-forest',
      parameters: quick,
      name: 'kinds',
    });
    const broken = join(school.folder, 'broken.csv');
    writeFileSync(broken, '');
    const { items } = await predict(school.ports, { model: 'kinds', paths: [broken] });
    expect(items).toMatchObject([
      { file: 'broken.csv', status: 'failed', error: { code: 'empty' }, label: null },
    ]);
  });
});
