import { afterEach, beforeEach, expect, it } from 'vitest';
import { telemetryFamily } from '../../../main/families/telemetry/telemetry.ts';
import { createDataset } from '../../../main/workflows/dataset.ts';
import { evaluateSplit, outOfFoldReport } from '../../../main/workflows/records/evaluate-records.ts';
import { scanRecords } from '../../../main/workflows/records/scan-records.ts';
import type { TrainedModel } from '../../../main/workflows/trained-model.ts';
import { newRecordSchool, type RecordSchool, writeTable } from './record-school.ts';

let school: RecordSchool;
beforeEach(() => {
  school = newRecordSchool();
});
afterEach(() => school.close());

const strangest = 100;

/** Answers by the first figure: never sure enough to call anything, in an order that is right. */
function modelOf(metadata: Readonly<Record<string, string>>): TrainedModel {
  const predict: TrainedModel['predict'] = async ([features]) => {
    const { data, shape } = features!;
    const width = shape[0]!;
    return Array.from({ length: data.length / width }, (_, row) => {
      const level = data[row * width]!;
      return {
        label: '0',
        // as a number of 32 bits all alike
        probabilities:
          metadata.thresholdChosenBy === undefined ? { 0: 1 - level / 1e3, 1: level / 1e3 } : { 0: 1, 1: 0 },
        score: level,
        unknown: null,
        misfit: null,
      };
    });
  };
  return {
    reference: 'watch@1',
    path: '',
    classes: ['0', '1'],
    metadata,
    predict,
  } as unknown as TrainedModel;
}

async function version() {
  const lines = Array.from(
    { length: 40 },
    (_, row) => `${row},${row % 4 === 0 ? strangest + row : row},${row % 4 === 0 ? 1 : 0}`,
  );
  const path = writeTable(school, 'log.csv', `segment,mean,anomaly\n${lines.join('\n')}\n`);
  await scanRecords(school.ports, { paths: [path], family: 'telemetry' });
  const made = await createDataset(school.ports, { sessions: ['log.csv'] });
  return { made, items: school.library.datasets.items(made.id) };
}

it('evaluate tells how the scores of a detector rank, and those of a classifier', async () => {
  const { made, items } = await version();
  for (const metadata of [{ thresholdChosenBy: 'tail' }, {}]) {
    const report = await evaluateSplit(school.library, telemetryFamily, modelOf(metadata), made, items, {});
    expect(report?.figures).toMatchObject({
      'anomaly/prAuc': 1,
      'anomaly/rocAuc': 1,
      'anomaly/f1': 0,
      'anomaly/calledShare': 0,
    });
  }
});

it('what was said out of fold ranks by the probability of the anomaly', async () => {
  const { made, items } = await version();
  const probabilities = Float32Array.from(
    items.flatMap(({ label }) => (label === '1' ? [0.1, 0.9] : [0.8, 0.2])),
  );
  const heldOut = {
    items: Int32Array.from(items.keys()),
    probabilities,
    known: new Uint8Array(items.length),
  };
  const report = outOfFoldReport(school.library, telemetryFamily, made, items, heldOut, 'watch');
  expect(report.figures).toMatchObject({ 'anomaly/prAuc': 1, 'anomaly/rocAuc': 1, 'anomaly/f1': 1 });
});
