import { describe, expect, it } from 'vitest';
import { judgeSession } from '../../../../main/families/frames/judge-session.ts';
import { planNight } from '../../../../main/families/frames/simulate/index.ts';
import { syntheticRecords } from '../synthetic-night.ts';

const strict = { policy: 'strict' } as const;
const night = planNight({ seed: 21, kind: 'clean', frameCount: 60 });
const clean = { records: syntheticRecords(night) };

describe('judgeSession', () => {
  it('judges 600 frames within a few seconds', () => {
    const many = Array.from({ length: 10 }, (_, night) =>
      clean.records.map((record, k) => ({
        ...record,
        file: `${night}-${record.file}`,
        header: {
          ...record.header,
          dateObs: new Date(Date.UTC(2024, 1, 1) + (night * 60 + k) * 60_000).toISOString(),
        },
      })),
    ).flat();
    const start = performance.now();
    judgeSession(many, strict);
    expect(performance.now() - start).toBeLessThan(9000);
  });
});
