import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDataset } from '../../../main/workflows/dataset.ts';
import { scanRecords } from '../../../main/workflows/records/scan-records.ts';
import { learnedItems, leftUnlabelled } from '../../../main/workflows/training/learned-items.ts';
import { newRun } from '../../../main/workflows/training/new-run.ts';
import { newRecordSchool, type RecordSchool, writeTable } from '../records/record-school.ts';

let school: RecordSchool;
beforeEach(() => {
  school = newRecordSchool();
});
afterEach(() => school.close());

const rows = 24;

/** Segments with a label each, but for the rows named. */
async function versionOf(isLabelled: (row: number) => boolean) {
  const lines = Array.from(
    { length: rows },
    (_, row) => `${row},${(row * 7) % 11},${row},${isLabelled(row) ? row % 2 : ''}`,
  );
  const path = writeTable(school, 'log.csv', `segment,mean,peak,anomaly\n${lines.join('\n')}\n`);
  await scanRecords(school.ports, { paths: [path], family: 'telemetry' });
  return createDataset(school.ports, { sessions: ['log.csv'] });
}

describe('items that a run learns from', () => {
  it('are those with a label where the recipe needs one; what is left out is named', async () => {
    const version = await versionOf((row) => row !== 3);
    for (const recipe of ['random-forest', 'mlp', 'anomaly-detector']) {
      const learned = learnedItems(school.ports, version, {}, recipe);
      expect(learned.map(({ file }) => file)).not.toContain('log.csv#3');
      expect(learned.every(({ label }) => ['0', '1'].includes(label))).toBe(true);
      expect(leftUnlabelled(school.ports, version, {}, recipe)).toBe(
        '1 reading without a label was left out: log.csv#3.',
      );
    }
    const usual = learnedItems(school.ports, version, {}, 'isolation-forest').map(({ file }) => file);
    expect(usual).toContain('log.csv#3');
    expect(leftUnlabelled(school.ports, version, {}, 'isolation-forest')).toBeNull();
  });

  it('are all of them where one kind is labelled and the detector goes by what there is', async () => {
    const version = await versionOf((row) => row % 2 === 0);
    expect(
      learnedItems(school.ports, version, {}, 'anomaly-detector').some(({ label }) => label === 'unlabelled'),
    ).toBe(true);
  });

  it('are refused before a run begins where none has a label and the recipe needs them', async () => {
    const version = await versionOf(() => false);
    expect(() => newRun(school.ports, version, { recipe: 'extra-trees' })).toThrow(
      expect.objectContaining({
        code: 'notEnoughData',
        message: expect.stringMatching(
          /extra-trees learns from labels; none of the \d+ readings of log\.csv@1/,
        ),
        hint: expect.stringMatching(/--label .*anomaly-detector, isolation-forest/),
      }),
    );
    expect(school.library.runs.list()).toEqual([]);
    expect(newRun(school.ports, version, { recipe: 'isolation-forest' }).status).toBe('running');
  });
});
