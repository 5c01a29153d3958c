import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDataset } from '../../../main/workflows/dataset.ts';
import { scanRecords } from '../../../main/workflows/records/scan-records.ts';
import { versionFor } from '../../../main/workflows/training/version-for.ts';
import { describedTable, newRecordSchool, type RecordSchool, writeTable } from '../records/record-school.ts';

let school: RecordSchool;
beforeEach(() => {
  school = newRecordSchool();
});
afterEach(() => school.close());

it('a session or data set of another family than was asked for is refused', async () => {
  const path = writeTable(school, 'table.csv', describedTable(20));
  await scanRecords(school.ports, { paths: [path], family: 'columns', session: 'described' });
  const ask = (dataSet: string, family?: string) => versionFor(school.ports, { dataSet, family }, {}, {});
  await expect(ask('described', 'spectra')).rejects.toMatchObject({
    code: 'wrongUse',
    message: 'Session "described" is of the family columns, not spectra.',
  });
  const made = await createDataset(school.ports, { sessions: ['described'], name: 'kinds' });
  await expect(ask('kinds', 'frames')).rejects.toMatchObject({
    message: 'Data set kinds is of the family columns, not frames.',
  });
  expect((await ask('kinds')).id).toBe(made.id);
  expect((await ask('kinds', 'columns')).id).toBe(made.id);
});
