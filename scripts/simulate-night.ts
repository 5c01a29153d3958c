/**
 * Writes a simulated night: `node scripts/simulate-night.ts --kind standard --seed 1 --frames 120 --out DIR`.
 * The frames go to DIR, the truth of each to DIR.truth.json beside it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { encodeFrame, nightKinds, planNight, renderFrame } from '../main/families/frames/simulate/index.ts';

const { values } = parseArgs({
  options: {
    kind: { type: 'string', default: 'standard' },
    seed: { type: 'string', default: '1' },
    frames: { type: 'string', default: '120' },
    width: { type: 'string', default: '1280' },
    height: { type: 'string', default: '960' },
    encodings: { type: 'string', default: 'mixed' },
    out: { type: 'string' },
  },
});
const kind = nightKinds.find((name) => name === values.kind);
if (kind === undefined || values.out === undefined) {
  console.error(`usage: simulate-night --kind ${nightKinds.join('|')} --seed S --frames N --out DIR`);
  process.exit(2);
}
const out = resolve(values.out);
mkdirSync(out, { recursive: true });
const night = planNight({
  seed: Number(values.seed),
  kind,
  frameCount: Number(values.frames),
  width: Number(values.width),
  height: Number(values.height),
  encodings: values.encodings === 'plain' ? 'plain' : 'mixed',
});
const truths = night.frames.map((plan) => {
  const frame = renderFrame(night, plan.index);
  writeFileSync(join(out, plan.file), encodeFrame(frame));
  return frame.truth;
});
writeFileSync(`${out}.truth.json`, JSON.stringify({ recipe: night.recipe, frames: truths }, null, 1));
console.log(`${truths.length} frames in ${out}, their truth in ${out}.truth.json`);
