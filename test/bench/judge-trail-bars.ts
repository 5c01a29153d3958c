/** What is asked of trails: found, none false, ends in the right place. */
import type { Finding } from '../../contract/words.ts';
import type { TrailTruth } from '../../main/families/frames/simulate/index.ts';
import { type Bar, findingsOf, isClean, type JudgedFrame } from './judge-bars.ts';
import { endErrors, liesOn, medianOf, quantileOf, type Segment, shareOf } from './judge-statistics.ts';

/** A trail finding's line; null when its evidence lacks one. */
function lineOf(finding: Finding): Segment | null {
  const { x1, y1, x2, y2 } = finding.evidence;
  const known = [x1, y1, x2, y2].every((value) => typeof value === 'number');
  return known ? { x1: x1 as number, y1: y1 as number, x2: x2 as number, y2: y2 as number } : null;
}

export function trailLines(frame: JudgedFrame): Segment[] {
  return findingsOf(frame)
    .filter(({ code, confidence }) => code === 'trail' && confidence >= 0.5)
    .map(lineOf)
    .filter((line) => line !== null);
}

export function isFound(frame: JudgedFrame, trail: TrailTruth): boolean {
  return trailLines(frame).some((line) => liesOn(line, trail, 0.25));
}

/** Sigmas per pixel, least share found, and the 95th percentile of the ends' errors to reach (px). */
const classes: readonly (readonly [number, number, number | null, number | null])[] = [
  [0.15, 0.3, null, null],
  [0.3, 0.7, 0.85, null],
  [0.7, 1.5, 0.97, null],
  [1.5, 1000, 1, 2],
];

interface Crossing {
  readonly frame: JudgedFrame;
  readonly trail: TrailTruth;
}

/** Errors of the ends of those trails that were found, px. */
function errorsOf(crossings: readonly Crossing[]): number[] {
  return crossings.flatMap(({ frame, trail }) =>
    trailLines(frame)
      .filter((line) => liesOn(line, trail, 0.25))
      .slice(0, 1)
      .flatMap((line) => endErrors(line, trail)),
  );
}

function endBars(name: string, crossings: readonly Crossing[], high: number | null): Bar[] {
  const errors = errorsOf(crossings);
  return [
    {
      name: `trail ends, ${name}: median error, px`,
      value: medianOf(errors),
      count: errors.length,
      target: high === null ? null : { atMost: 2 },
    },
    {
      name: `trail ends, ${name}: 95th percentile, px`,
      value: quantileOf(errors, 0.95),
      count: errors.length,
      target: high === null ? null : { atMost: high },
    },
  ];
}

const within = ({ trail }: Crossing, low: number, high: number): boolean =>
  trail.snrPerPixel >= low && trail.snrPerPixel < high;

export function trailBars(frames: readonly JudgedFrame[]): Bar[] {
  const all: Crossing[] = frames.flatMap((frame) =>
    frame.truth.kinds.includes('truncated') ? [] : frame.truth.trails.map((trail) => ({ frame, trail })),
  );
  // A dark gap before the first dash, or the faint beginning of a meteor, belongs to the truth and cannot be seen.
  const steady = all.filter(({ frame }) => frame.truth.kinds[0] === 'satellite');
  const clean = frames.filter(isClean);
  const found = frames.flatMap((frame) => trailLines(frame).map((line) => ({ frame, line })));
  return [
    ...classes.map(([low, high, atLeast]) => {
      const some = all.filter((crossing) => within(crossing, low, high));
      return {
        name: `trails found, ${low} to ${high} sigma per pixel`,
        value: shareOf(some, ({ frame, trail }) => isFound(frame, trail)),
        count: some.length,
        target: atLeast === null ? null : { atLeast },
      };
    }),
    {
      name: 'clean frames with a false trail',
      value: shareOf(clean, (frame) => trailLines(frame).length > 0),
      count: clean.length,
      target: { atMost: 0.01 },
    },
    {
      name: 'trail segments that match a true one',
      value: shareOf(found, ({ frame, line }) =>
        frame.truth.trails.some((trail) => liesOn(line, trail, 0.01)),
      ),
      count: found.length,
      target: { atLeast: 0.98 },
    },
    { ...endBars('all', all, null)[0], target: { atMost: 2 } },
    ...classes.flatMap(([low, high, , most]) =>
      endBars(
        `satellites of ${low} to ${high} sigma`,
        steady.filter((crossing) => within(crossing, low, high)),
        most,
      ),
    ),
    ...['aircraft', 'meteor'].flatMap((kind) =>
      endBars(
        kind,
        all.filter(({ frame }) => frame.truth.kinds[0] === kind),
        null,
      ),
    ),
  ];
}
