import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JobEvent } from '../../../contract/calls/jobs.ts';
import { refuseOccupied, writeOutputFile } from '../../../main/hosts/cli/output-file.ts';
import { barLine, describeSeconds, openProgress } from '../../../main/hosts/cli/progress.ts';
import { csv, table } from '../../../main/hosts/cli/tables.ts';
import { visibleTerminal, visibleText } from '../../../main/hosts/cli/visible-text.ts';
import { trialTerminal } from './trial-terminal.ts';

describe('tables', () => {
  test('align text left and numbers right, with a dash for nothing', () => {
    const rows = [
      { name: 'a', count: 5 },
      { name: 'longer', count: null },
    ];
    const text = table(rows, [
      { title: 'name', of: (row) => row.name },
      { title: 'count', of: (row) => row.count, digits: 1 },
    ]);
    expect(text).toBe('name    count\na         5.0\nlonger      –\n');
  });

  test('CSV is read back as it was written', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ a: fc.string(), b: fc.double({ noNaN: true, noDefaultInfinity: true }) }), {
          minLength: 1,
        }),
        (rows) => {
          const text = csv(rows, [
            { title: 'a', of: (row) => row.a },
            { title: 'b', of: (row) => row.b },
          ]);
          const back = parse(text, { columns: true }) as { a: string; b: string }[];
          rows.forEach((row, index) => {
            const guarded = /^[=+\-@\t\r]/.test(row.a) ? `'${row.a}` : row.a;
            expect(back[index]?.a).toBe(guarded);
            expect(Number(back[index]?.b)).toBe(row.b + 0);
          });
        },
      ),
    );
  });
});

describe('names that hold commands of terminals', () => {
  const name = 'a\u001b[31mred\u001b]0;title\u0007\u009b2J\u202e.fits';
  test('are shown, in text and in cells', () => {
    const heard = trialTerminal();
    const terminal = visibleTerminal(heard);
    terminal.out(`${name}\n\tnext\n`);
    terminal.err(name);
    expect(heard.output).toBe('a\\u001b[31mred\\u001b]0;title\\u0007\\u009b2J\\u202e.fits\n\tnext\n');
    expect(heard.errors).not.toContain('\u001b');
    expect(terminal.columns).toBe(100);
    const rows = table([{ name: 'one\ntwo\u001b[2K' }], [{ title: 'file', of: (row) => row.name }]);
    expect(rows).toBe('file\none\\ntwo\\u001b[2K\n');
  });
  test('stay what they are in JSON', () => {
    expect(JSON.parse(visibleText(JSON.stringify({ name })))).toEqual({ name });
  });
  test('are not drawn either', () => {
    const heard = trialTerminal({ interactive: true });
    openProgress(heard, { milliseconds: () => 0 }).show({
      seq: 1,
      kind: 'progress',
      phase: 'measuring',
      done: 1,
      total: 2,
      note: 'x\u001b[31m\n',
    });
    const drawn = heard.errors.slice('\r\u001b[2K'.length);
    expect(drawn.includes('\u001b') || drawn.includes('\n')).toBe(false);
  });
});

describe('progress', () => {
  const event = (done: number, total: number | null, phase = 'measuring'): JobEvent => ({
    seq: 1,
    kind: 'progress',
    phase,
    done,
    total,
    note: `frame_${done}.fits`,
  });

  test('is drawn in place on a terminal and cleared at the end', () => {
    const terminal = trialTerminal({ interactive: true });
    const view = openProgress(terminal, { milliseconds: () => 0 });
    view.show(event(1, 4));
    view.show(event(2, 4));
    view.clear();
    expect(terminal.errors.split('\r\u001b[2K').length).toBe(4);
    expect(terminal.errors).not.toContain('\n');
  });

  test('is a few plain lines in a log', () => {
    const terminal = trialTerminal();
    const view = openProgress(terminal, { milliseconds: () => 0 });
    for (let done = 0; done <= 1000; done++) view.show(event(done, 1000));
    view.show({ seq: 2, kind: 'message', text: 'a word' });
    const lines = terminal.errors.trimEnd().split('\n');
    expect(lines.length).toBe(12);
    expect(lines[0]).toBe('measuring: 0/1000 (frame_0.fits)');
    expect(lines.at(-1)).toBe('a word');
    expect(terminal.errors).not.toContain('\u001b');
  });

  test('says how long it will take', () => {
    const progress = event(25, 100) as Extract<JobEvent, { kind: 'progress' }>;
    expect(barLine(progress, 30)).toBe(
      'measuring [######------------------] 25/100 25 % 90 s left  frame_25.fits'.replace('90 s', '2 min'),
    );
    expect([describeSeconds(0.4), describeSeconds(89), describeSeconds(600), describeSeconds(7200)]).toEqual([
      '0 s',
      '89 s',
      '10 min',
      '2.0 h',
    ]);
  });
});

describe('output files', () => {
  test('appear whole, in folders made on the way, replacing what was there', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'nightsift-output-'));
    const file = path.join(folder, 'new', 'report.json');
    await writeOutputFile(file, '[]\n');
    await writeOutputFile(file, '{}\n');
    expect(readFileSync(file, 'utf8')).toBe('{}\n');
    expect(readdirSync(path.dirname(file))).toEqual(['report.json']);
  });

  test('that cannot be written are an error with the name', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'nightsift-output-'));
    writeFileSync(path.join(folder, 'file'), '');
    const target = path.join(folder, 'file', 'report.json');
    await expect(writeOutputFile(target, 'x')).rejects.toMatchObject({
      code: 'cannotOpen',
      details: { file: target },
    });
  });
});

test('a file that is not ours is refused before the work, an earlier one of ours is not', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'nightsift-output-'));
  const columns = [
    { title: 'file', of: () => '' },
    { title: 'label', of: () => '' },
  ];
  const occupied = path.join(folder, 'notes.csv');
  writeFileSync(occupied, 'time,value\n1,2\n');
  expect(() => refuseOccupied(occupied, csv([], columns))).toThrow(
    expect.objectContaining({ code: 'wouldOverwrite' }),
  );
  expect(() => refuseOccupied(occupied, '{\n  "')).toThrow(
    expect.objectContaining({ code: 'wouldOverwrite' }),
  );
  writeFileSync(occupied, csv([{}, {}], columns));
  expect(() => refuseOccupied(occupied, csv([], columns))).not.toThrow();
  expect(() => refuseOccupied(path.join(folder, 'absent', 'new.csv'), csv([], columns))).not.toThrow();
});
