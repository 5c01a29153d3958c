/** `node test/bench/judge-session.ts`: how long the session-wide judgement of 60 to 600 measured frames takes. */
import { judgeSession } from '../../main/families/frames/judge-session.ts';
import { planNight } from '../../main/families/frames/simulate/index.ts';
import { syntheticRecords } from '../families/frames/synthetic-night.ts';

const records = syntheticRecords(planNight({ seed: 21, kind: 'clean', frameCount: 60 }));
const rounds = 3;

for (const nights of [1, 5, 10]) {
  const many = Array.from({ length: nights }, (_, night) =>
    records.map((record, k) => ({
      ...record,
      file: `${night}-${record.file}`,
      header: {
        ...record.header,
        dateObs: new Date(Date.UTC(2024, 1, 1) + (night * 60 + k) * 60_000).toISOString(),
      },
    })),
  ).flat();
  const milliseconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = process.cpuUsage();
    judgeSession(many, { policy: 'strict' });
    const used = process.cpuUsage(start);
    milliseconds.push((used.user + used.system) / 1000);
  }
  const median = milliseconds.sort((a, b) => a - b)[rounds >> 1];
  console.log(
    `${many.length} frames: ${median.toFixed(0)} ms CPU, ${(median / many.length).toFixed(1)} ms a frame`,
  );
}
