/** A session of thousands of frames put straight into a library: every row real, every file the same picture. */
import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FindingCode, type FrameHeader, FrameMeasurements } from '../../contract/words.ts';
import { encodeFrame, planNight, renderFrame } from '../../main/families/frames/simulate/index.ts';
import { openLibrary } from '../../main/library/open-library.ts';
import { seededRandom } from '../faults/kill-harness.ts';

const filters = ['L', 'R', 'G', 'B', 'Ha'];
const codes: readonly FindingCode[] = ['trail', 'cloud', 'defocus', 'elongation', 'brightSky'];

/** Writes `count` frames of one session named `large` below `folder`. */
export function writeLargeSession(library: string, folder: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  const night = planNight({ seed: 2, kind: 'standard', frameCount: 5, width: 640, height: 480 });
  const first = join(folder, 'first.fits');
  writeFileSync(first, encodeFrame(renderFrame(night, 0)));
  const random = seededRandom(5);
  const open = openLibrary(library);
  const session = open.sessions.create({ name: 'large', family: 'frames', root: folder, policy: 'strict' });
  open.transaction(() => {
    for (let at = 0; at < count; at += 1) {
      const file = `light-${String(at).padStart(5, '0')}.fits`;
      linkSync(first, join(folder, file));
      const contentHash = at.toString(16).padStart(64, '0');
      const score = random();
      const item = open.sessions.saveItem(session.id, file, {
        status: 'ok',
        contentHash,
        byteLength: 640 * 480 * 2,
        modifiedNanoseconds: '1',
        inode: String(at),
        errorCode: null,
        errorMessage: null,
        reason: null,
      });
      open.measurements.save({
        contentHash,
        codeVersion: 'bench',
        status: 'ok',
        byteLength: 640 * 480 * 2,
        width: 640,
        height: 480,
        header: headerOf(at),
        recordBlob: null,
        errorCode: null,
        errorMessage: null,
        reason: null,
      });
      const code = codes[at % codes.length];
      open.measurements.saveJudgement({
        itemId: item.id,
        contentHash,
        codeVersion: 'bench',
        policy: 'strict',
        score,
        measurements: figuresOf(random),
        features: null,
        findings:
          score > 0.7
            ? []
            : [{ code, severity: 0.5, confidence: 1 - score, sentence: `A ${code}.`, evidence: {} }],
      });
      const label = score > 0.7 ? 'clean' : score < 0.3 ? 'contaminated' : 'review';
      open.labels.add({ itemId: item.id, contentHash, author: 'prefilter', label, score }, 'bench');
    }
    open.sessions.markScanned(session.id, session);
  });
  open.close();
}

function headerOf(at: number): FrameHeader {
  const header = {
    object: 'NGC 281',
    filter: filters[Math.floor(at / 100) % filters.length],
    exposureSeconds: 60,
  };
  const dateObs = new Date(Date.UTC(2026, 0, 1, 18) + at * 65_000).toISOString();
  return { ...header, dateObs, frameType: 'light' } as FrameHeader;
}

function figuresOf(random: () => number): FrameMeasurements {
  const names = Object.keys(FrameMeasurements.shape);
  return Object.fromEntries(names.map((name) => [name, 1 + 4 * random()])) as FrameMeasurements;
}
