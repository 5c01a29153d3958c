import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DetectReport } from '../../../contract/calls/records.ts';
import { simulateTelemetry } from '../../../main/families/telemetry/simulate.ts';
import { detectEvents } from '../../../main/workflows/records/detect/detect-events.ts';
import { simulateSource } from '../../../main/workflows/records/simulate-source.ts';
import { newRecordSchool, type RecordSchool } from './record-school.ts';

let school: RecordSchool;
beforeEach(() => {
  school = newRecordSchool();
});
afterEach(() => school.close());

describe('from a log to a report', () => {
  it('finds the faults of a log without labels, and leaves a report and a detector', async () => {
    // without the columns that say what is strange
    const text = new TextDecoder().decode(simulateTelemetry({ rows: 1500, seed: 5, faultShare: 0.03 }));
    const lines = text
      .trim()
      .split('\n')
      .map((line) => line.split(',').slice(0, 7).join(','));
    const path = join(school.folder, 'log.csv');
    writeFileSync(path, `${lines.join('\n')}\n`);
    const into = join(school.folder, 'report');
    const said: string[] = [];
    const report = await detectEvents(
      school.ports,
      {
        family: 'telemetry',
        paths: [path],
        into,
        recipe: 'isolation-forest',
        parameters: { contamination: 0.03 },
        seed: 1,
      },
      { onMessage: (sentence) => void said.push(sentence) },
    );
    expect(DetectReport.parse(JSON.parse(readFileSync(join(into, 'events.json'), 'utf8')))).toEqual(report);
    expect(report.stages.map(({ name }) => name)).toEqual([
      'read',
      'validate',
      'prepare',
      'features',
      'learn',
      'detect',
      'judge',
    ]);
    expect(said.filter((each) => / of 7, /.test(each))).toHaveLength(7);
    expect(report.events.length).toBeGreaterThan(0);
    expect(report.figures).toEqual({});
    for (const name of ['report.md', 'report.html']) {
      const shown = readFileSync(join(into, name), 'utf8');
      expect(shown).toContain(report.model);
      expect(shown).toContain(report.events[0]!.channels[0]!.name);
    }
    expect(existsSync(join(into, 'detector.onnx'))).toBe(true);
  });

  it('is judged where the log says what is strange; families without events refuse', async () => {
    const out = join(school.folder, 'made', 'log.csv');
    simulateSource({ family: 'telemetry', out, rows: 1500, seed: 6, faultShare: 0.05 });
    expect(() => simulateSource({ family: 'telemetry', out, rows: 100, seed: 6, faultShare: 0 })).toThrow(
      expect.objectContaining({ code: 'wouldOverwrite' }),
    );
    const into = join(school.folder, 'report');
    const input = {
      family: 'telemetry',
      paths: [out],
      into,
      recipe: 'isolation-forest',
      parameters: {},
      seed: 1,
    };
    const report = await detectEvents(school.ports, input);
    expect(report.figures['row/prAuc']).toBeGreaterThan(0.1);
    expect(Object.keys(report.figures)).toEqual(expect.arrayContaining(['event/recall', 'range/precision']));
    await expect(detectEvents(school.ports, { ...input, family: 'columns' })).rejects.toMatchObject({
      code: 'wrongUse',
    });
  });
});
