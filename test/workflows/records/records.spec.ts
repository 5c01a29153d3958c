import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScanOutcome } from '../../../contract/calls/sessions.ts';
import { createDataset, showDataset } from '../../../main/workflows/dataset.ts';
import { exportDataset } from '../../../main/workflows/dataset-export.ts';
import { verifyDataset } from '../../../main/workflows/dataset-verify.ts';
import { labelFrames, undoLabels } from '../../../main/workflows/label.ts';
import { listItems } from '../../../main/workflows/records/items.ts';
import { leaksOfFiles, leaksOfVersion } from '../../../main/workflows/records/leaks.ts';
import { scanRecords } from '../../../main/workflows/records/scan-records.ts';
import { describedTable, newRecordSchool, type RecordSchool, writeTable } from './record-school.ts';

let school: RecordSchool;
beforeEach(() => {
  school = newRecordSchool();
});
afterEach(() => school.close());

const scan = (...paths: string[]) => scanRecords(school.ports, { paths, family: 'columns' });

describe('bringing records in', () => {
  it('gives every item with the label of its file, and reads nothing twice', async () => {
    const path = writeTable(school, 'table.csv', describedTable(20));
    const before = readFileSync(path);
    const first = await scan(path);
    expect(ScanOutcome.parse(first).records?.items).toHaveLength(20);
    expect(first.session).toMatchObject({
      name: 'table.csv',
      family: 'columns',
      items: 20,
      labelledByPerson: 20,
    });
    expect(first.records?.items[0]).toMatchObject({
      file: 'table.csv#1',
      label: 'numeric',
      by: 'file:table.csv (y_act)',
    });
    expect([first.measured, first.reused]).toEqual([1, 0]);
    const again = await scan(path);
    expect([again.measured, again.reused]).toEqual([0, 1]);
    expect(again.session.id).toBe(first.session.id);
    expect(readFileSync(path)).toEqual(before);
  });

  it('reads a content once, also for another session', async () => {
    const [one, two] = ['a', 'b'].map((name) => join(school.folder, name));
    for (const folder of [one!, two!]) {
      mkdirSync(folder);
      writeFileSync(join(folder, 'table.csv'), describedTable(20));
    }
    const first = await scan(one!);
    const second = await scan(two!);
    expect([second.measured, second.reused]).toEqual([0, 1]);
    expect(second.session.id).not.toBe(first.session.id);
    const shown = ({ records }: typeof first) =>
      records?.items.map(({ id, label, facts }) => [id, label, facts]);
    expect(shown(second)).toEqual(shown(first));
    expect(second.records?.sources).toEqual(first.records?.sources);
  });

  it('reports a bad file beside the good ones', async () => {
    const folder = join(school.folder, 'tables');
    mkdirSync(folder);
    writeFileSync(join(folder, 'good.csv'), 'a,b\n1,x\n2,y\n');
    writeFileSync(join(folder, 'empty.csv'), '');
    writeFileSync(join(folder, 'note.md'), 'not a table');
    const { records, session } = await scan(folder);
    expect(records?.sources.map(({ file, status, error }) => [file, status, error?.code])).toEqual([
      ['empty.csv', 'failed', 'empty'],
      ['good.csv', 'ok', undefined],
    ]);
    expect(session).toMatchObject({ failed: 1, items: 2 });
  });

  it('refuses a folder without any file of the family, and a family that is none', async () => {
    await expect(scan(join(school.folder, 'library'))).rejects.toMatchObject({ code: 'notFound' });
    await expect(
      scanRecords(school.ports, { paths: [school.folder], family: 'nebulae' }),
    ).rejects.toMatchObject({
      code: 'wrongUse',
    });
  });

  it('follows a file that changed: items come and go, labels with them', async () => {
    const path = writeTable(school, 'table.csv', describedTable(8));
    await scan(path);
    labelFrames(school.library, 'table.csv', [{ file: '3', label: 'list' }], 'ada');
    writeTable(school, 'table.csv', describedTable(5));
    const { records } = await scan(path);
    expect(records?.items.map(({ id }) => id)).toEqual(['1', '2', '3', '4', '5']);
    expect(records?.items[2]).toMatchObject({ label: 'list', by: 'ada' });
  });
});

describe('labels of items', () => {
  it('refuses a column that no log has, and goes on where one of them has it', async () => {
    const bare = writeTable(school, 'bare.csv', 'segment,len\n1,10\n2,20\n3,15\n');
    const labelled = writeTable(school, 'labelled.csv', 'segment,len,odd\n1,11,no\n2,21,yes\n3,16,no\n');
    const bring = (label: string, ...paths: string[]) =>
      scanRecords(school.ports, { paths, family: 'telemetry', label });
    await expect(bring('oddd', bare, labelled)).rejects.toMatchObject({
      code: 'wrongUse',
      message: expect.stringMatching(/"oddd" for labels; its columns: segment, len\. Nor has the other file/),
    });
    const { session, records } = await bring('odd', bare, labelled);
    expect(session.labelledByPerson).toBe(3);
    const told = records?.sources.flatMap(({ file, problems }) => problems.map(({ code }) => [file, code]));
    expect(told).toEqual([['bare.csv', 'noLabelColumn']]);
  });

  it('by a person stand above those of the file, also when it is read again, and can be taken back', async () => {
    const path = writeTable(school, 'table.csv', describedTable(10));
    await scan(path);
    const receipt = labelFrames(
      school.library,
      'table.csv',
      [
        { file: 'table.csv#1', label: 'Categorical' },
        { file: '2', label: 'colour' },
      ],
      'ada',
    );
    expect(receipt.changed).toBe(1);
    expect(receipt.refused).toMatchObject([
      { row: 2, problem: expect.stringContaining('"colour" is no label') },
    ]);
    await scan(path);
    const [item] = listItems(school.library, { session: 'table.csv' }).items;
    expect(item).toMatchObject({ label: 'categorical', labelledBy: 'person', by: 'ada' });
    undoLabels(school.library, { session: 'table.csv' });
    expect(listItems(school.library, { session: 'table.csv' }).items[0]).toMatchObject({ label: 'numeric' });
  });

  it('follow another column where one is named', async () => {
    const path = writeTable(school, 'table.csv', describedTable(10));
    await scan(path);
    const { records } = await scanRecords(school.ports, { paths: [path], family: 'columns', label: 'kind' });
    expect(records?.items[3]).toMatchObject({ label: 'text_long', by: 'file:table.csv (kind)' });
  });
});

describe('data sets of records', () => {
  it('keep groups and repeats in one split and leave exact copies out', async () => {
    const path = writeTable(
      school,
      'table.csv',
      describedTable(60) + describedTable(12).split('\n').slice(1).join('\n'),
    );
    await scan(path);
    const version = await createDataset(school.ports, { sessions: ['table.csv'] });
    const { items } = showDataset(school.library, 'table.csv');
    expect(items).toHaveLength(60);
    expect(version.metadata).toMatchObject({
      family: 'columns',
      repeats: { leftOut: 12 },
      personLabelled: 60,
    });
    const bySplit = new Map<string, Set<string>>();
    for (const { group, split } of school.library.datasets.items(version.id)) {
      bySplit.set(group, (bySplit.get(group) ?? new Set()).add(split));
    }
    expect([...bySplit.values()].every((splits) => splits.size === 1)).toBe(true);
    expect((await createDataset(school.ports, { sessions: ['table.csv'] })).id).toBe(version.id);
  });

  it('say what was wrong with the files, and why nothing could be read', async () => {
    const rows = ['1,20', '2,abc', '3,22', '4,'];
    const log = writeTable(school, 'log.csv', `segment,temperature\n${rows.join('\n')}\n`);
    const words = writeTable(school, 'words.csv', 'x,y\na,b\n');
    for (const path of [log, words]) await scanRecords(school.ports, { paths: [path], family: 'telemetry' });
    const { metadata } = await createDataset(school.ports, { sessions: ['log.csv', 'words.csv'] });
    expect(metadata.warnings).toContain('words.csv has no column of numbers.');
    const [ofLog] = metadata.warnings.filter((warning) => warning.startsWith('log.csv: '));
    expect(ofLog).toMatch(/Row 3, temperature: "abc" .* Row 5, temperature: no value/);
    await expect(createDataset(school.ports, { sessions: ['words.csv'] })).rejects.toThrow(
      'No file could be read. words.csv has no column of numbers.',
    );
  });

  it('are exported as lists and notice a file that changed', async () => {
    const path = writeTable(school, 'table.csv', describedTable(30));
    await scan(path);
    await createDataset(school.ports, { sessions: ['table.csv'] });
    const into = join(school.folder, 'list');
    const { files } = await exportDataset(school.library, { dataSet: 'table.csv', into });
    expect(files).toBeGreaterThan(1);
    const [header, first] = readFileSync(join(into, 'train.csv'), 'utf8').split('\n');
    expect(header).toBe('file,id,label,labelledBy,group,contentHash');
    expect(first).toContain(`"${path}"`);
    expect(await verifyDataset(school.library, 'table.csv')).toMatchObject({ checked: 30, problems: [] });
    writeTable(school, 'table.csv', describedTable(29));
    const { problems } = await verifyDataset(school.library, 'table.csv');
    expect(problems).toMatchObject([{ file: 'table.csv', problem: expect.stringContaining('changed') }]);
    await expect(exportDataset(school.library, { dataSet: 'table.csv', into })).resolves.toMatchObject({
      files,
    });
  });

  it('have a report of what is said twice, within and across files', async () => {
    const rows = describedTable(20).split('\n');
    const one = writeTable(school, 'one.csv', [...rows.slice(0, 11), rows[3]].join('\n'));
    const near = rows[2]!.replace(/"[\d.]+","[\d.]+"/, '"7777","1"');
    const two = writeTable(school, 'two.csv', [rows[0], rows[5], near, ...rows.slice(11)].join('\n'));
    const report = await leaksOfFiles(school.library, { family: 'columns', paths: [one, two] });
    expect(report).toMatchObject({
      items: 23,
      within: { exactly: 1, nearly: 0 },
      across: { exactly: 1, nearly: 1 },
    });
    expect(report.repeats).toContainEqual({
      file: 'two.csv#1',
      part: 'two.csv',
      of: 'one.csv#5',
      ofPart: 'one.csv',
      kind: 'exactly',
      across: true,
    });
    expect(report.sharedGroups.map(({ group }) => group)).toEqual(['0', '1']);
    // in both directions by name, however often a column stands in its own file
    expect(report.between).toEqual([
      { part: 'one.csv', items: 11, other: 'two.csv', exactly: ['one.csv#5'], nearly: ['one.csv#2'] },
      { part: 'two.csv', items: 12, other: 'one.csv', exactly: ['two.csv#1'], nearly: ['two.csv#2'] },
    ]);
    // what is given first is what the others repeat
    const turned = await leaksOfFiles(school.library, { family: 'columns', paths: [two, one] });
    const across = turned.repeats.filter((each) => each.across);
    expect(across.map(({ file, of }) => [file, of])).toEqual([
      ['one.csv#2', 'two.csv#2'],
      ['one.csv#5', 'two.csv#1'],
    ]);
    await scan(one);
    await createDataset(school.ports, { sessions: ['one.csv'] });
    expect(leaksOfVersion(school.library, 'one.csv')).toMatchObject({ repeats: [], sharedGroups: [] });
  });

  it('cannot be made of frames and columns together, nor of one class', async () => {
    const path = writeTable(school, 'raw.csv', 'a,b\n1,2\n');
    await scan(path);
    await expect(createDataset(school.ports, { sessions: ['raw.csv'] })).rejects.toMatchObject({
      code: 'notEnoughData',
    });
  });
});
