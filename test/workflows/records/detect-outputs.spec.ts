import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { detectEvents } from '../../../main/workflows/records/detect/detect-events.ts';
import { validatedSentence } from '../../../main/workflows/records/detect/stage-sentences.ts';
import { temporaryFolder } from '../../library/temporary-folder.ts';
import { newRecordSchool, writeTable } from './record-school.ts';

// ports that hold nothing: whoever began to work would fail of them
const detect = (into: string) => detectEvents({} as never, { family: 'telemetry', paths: ['log.csv'], into });

it.each(['report.md', 'report.html', 'events.json', 'detector.onnx'])(
  'detect refuses a %s of somebody else before it begins',
  async (name) => {
    const into = temporaryFolder();
    writeFileSync(join(into, name), 'notes of the night\n');
    await expect(detect(into)).rejects.toThrow(expect.objectContaining({ code: 'wouldOverwrite' }));
    expect(readFileSync(join(into, name), 'utf8')).toBe('notes of the night\n');
  },
);

it('detect goes on over its own earlier report', async () => {
  const into = temporaryFolder();
  writeFileSync(join(into, 'report.md'), '# log\n\nNo event.\n');
  writeFileSync(join(into, 'report.html'), '<!doctype html>\n<p>old');
  writeFileSync(join(into, 'events.json'), '{\n  "schema": "nightsift.events/1"\n}\n');
  writeFileSync(join(into, 'detector.onnx'), '\b\n\u0012\tnightsift');
  await expect(detect(into)).rejects.not.toThrow(expect.objectContaining({ code: 'wouldOverwrite' }));
});

it('says of files that could not be read why, and not that nothing is wrong with their rows', () => {
  const source = { file: 'a.csv', items: 0, problems: [], quality: [] };
  const failed = {
    ...source,
    status: 'failed' as const,
    error: { code: 'empty', message: 'a.csv is empty.' },
  };
  const read = { ...source, status: 'ok' as const };
  expect(validatedSentence([read])).toBe('Nothing is wrong with the rows.');
  expect(validatedSentence([failed])).toBe('No file could be read: a.csv is empty.');
  expect(validatedSentence([read, failed])).toBe(
    'Nothing is wrong with the rows. 1 of 2 files could not be read, the first: a.csv is empty.',
  );
});

it('detect refuses labels that say of no row that it is strange before anything is trained', async () => {
  const school = newRecordSchool();
  try {
    const lines = Array.from({ length: 12 }, (_, row) => `${row},${row},${['bad', 'ok', 'ugly'][row % 3]}`);
    const path = writeTable(school, 'log.csv', `segment,mean,label\n${lines.join('\n')}\n`);
    const input = { family: 'telemetry', paths: [path], into: join(school.folder, 'report') };
    await expect(detectEvents(school.ports, { ...input, recipe: 'extra-trees' })).rejects.toMatchObject({
      code: 'wrongUse',
      message: 'Of the labels bad, ok, ugly none says which rows are strange.',
    });
    expect(school.library.runs.list()).toEqual([]);
  } finally {
    await school.close();
  }
});

it('detect leaves the report of another log as it is, before anything is trained', async () => {
  const school = newRecordSchool();
  try {
    const lines = Array.from({ length: 12 }, (_, row) => `${row},${row % 5}`);
    const path = writeTable(school, 'second.csv', `segment,mean\n${lines.join('\n')}\n`);
    const report = `${JSON.stringify({ schema: 'nightsift.events/1', session: 'first' }, null, 2)}\n`;
    writeFileSync(join(school.folder, 'events.json'), report);
    const asked = detectEvents(school.ports, { family: 'telemetry', paths: [path], into: school.folder });
    await expect(asked).rejects.toMatchObject({
      code: 'wouldOverwrite',
      message: expect.stringContaining('is the report of first; this one is of second'),
    });
    expect(readFileSync(join(school.folder, 'events.json'), 'utf8')).toBe(report);
    expect(school.library.runs.list()).toEqual([]);
  } finally {
    await school.close();
  }
});
