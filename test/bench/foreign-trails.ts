/**
 * The trail search on frames that another program drew: `node test/bench/foreign-trails.ts DIR… [--misses]`, each DIR
 * written by foreign-trails.py. Every frame is judged alone. A trail is right when both ends lie within 8 px of the true
 * line and a quarter of it is covered.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { decodeFrame } from '../../main/families/frames/decode-frame.ts';
import { judgeSession } from '../../main/families/frames/judge-session.ts';
import { measureFrame } from '../../main/families/frames/measure-frame.ts';
import { bytesSource } from '../../main/formats/byte-source.ts';
import { endErrors, liesOn, medianOf, quantileOf, type Segment } from './judge-statistics.ts';

interface TrueLine extends Segment {
  readonly snr: number;
  readonly width: number;
}

interface TrueFrame {
  readonly file: string;
  readonly kind: string;
  readonly lines: readonly TrueLine[];
}

interface FoundLine extends Segment {
  readonly snr: number;
  readonly width: number;
  readonly significance: number;
  readonly confidence: number;
}

interface Judged {
  readonly truth: TrueFrame;
  readonly found: readonly FoundLine[];
}

const leastConfidence = 0.5;
const bins: readonly (readonly [number, number])[] = [
  [0.3, 0.7],
  [0.7, 1.5],
  [1.5, 3],
  [3, 100],
];

async function judge(folder: string, truth: TrueFrame): Promise<Judged> {
  const image = await decodeFrame(bytesSource(readFileSync(join(folder, truth.file)), truth.file));
  const record = measureFrame(image, truth.file);
  const findings = judgeSession([record], { policy: 'strict' })[0]?.findings ?? [];
  const found = findings
    .filter(({ code, confidence }) => code === 'trail' && confidence >= leastConfidence)
    .map(({ evidence, confidence }): FoundLine => {
      const value = (key: string): number => Number(evidence[key]);
      const [x1, y1, x2, y2, snr, width, significance] = [
        'x1',
        'y1',
        'x2',
        'y2',
        'snr',
        'width',
        'significance',
      ].map(value) as [number, number, number, number, number, number, number];
      return { x1, y1, x2, y2, snr, width, significance, confidence };
    });
  return { truth, found };
}

const matchOf = ({ found }: Judged, line: TrueLine): FoundLine | undefined =>
  found
    .filter((candidate) => liesOn(candidate, line, 0.25))
    .sort(
      (a, b) => endErrors(a, line)[0] + endErrors(a, line)[1] - endErrors(b, line)[0] - endErrors(b, line)[1],
    )[0];

const isFalse = ({ truth }: Judged, line: FoundLine): boolean =>
  !truth.lines.some((known) => liesOn(line, known, 0.01));

function printShares(name: string, hits: number, count: number): void {
  if (count > 0) console.log(`${name.padEnd(44)} ${(hits / count).toFixed(3)}  ${hits} of ${count}`);
}

function report(frames: readonly Judged[]): void {
  const lines = frames.flatMap((frame) => frame.truth.lines.map((line) => ({ frame, line })));
  const right = ({ frame, line }: (typeof lines)[number]): boolean => matchOf(frame, line) !== undefined;
  for (const [low, high] of bins) {
    const some = lines.filter(({ line }) => line.snr >= low && line.snr < high);
    printShares(`found, ${low} to ${high} sigma`, some.filter(right).length, some.length);
  }
  for (const kind of new Set(lines.map(({ frame }) => frame.truth.kind))) {
    const some = lines.filter(({ frame }) => frame.truth.kind === kind);
    printShares(`found, ${kind}`, some.filter(right).length, some.length);
  }
  const clean = frames.filter(({ truth }) => truth.lines.length === 0);
  for (const kind of new Set(clean.map(({ truth }) => truth.kind))) {
    const some = clean.filter(({ truth }) => truth.kind === kind);
    printShares(
      `with a false one, ${kind}`,
      some.filter(({ found }) => found.length > 0).length,
      some.length,
    );
  }
  printShares('with a false one, all', clean.filter(({ found }) => found.length > 0).length, clean.length);
  const found = frames.flatMap((frame) => frame.found.map((line) => ({ frame, line })));
  printShares(
    'findings on a true line',
    found.filter(({ frame, line }) => !isFalse(frame, line)).length,
    found.length,
  );
  const more = frames.filter(
    ({ truth, found: some }) => truth.lines.length > 0 && some.length > truth.lines.length,
  );
  printShares('frames with more findings than lines', more.length, frames.length - clean.length);
  reportFigures(
    lines.filter(({ frame }) => !['meteor', 'flare', 'dashed', 'aircraft'].includes(frame.truth.kind)),
  );
}

function reportFigures(lines: readonly { frame: Judged; line: TrueLine }[]): void {
  const pairs = lines.flatMap(({ frame, line }) => {
    const match = matchOf(frame, line);
    return match === undefined ? [] : [{ line, match }];
  });
  const ends = pairs.flatMap(({ line, match }) => endErrors(match, line));
  console.log(
    `ends: median ${medianOf(ends).toFixed(2)} px, 90th percentile ${quantileOf(ends, 0.9).toFixed(1)} px`,
  );
  for (const key of ['snr', 'width'] as const) {
    const ratios = pairs.map(({ line, match }) => match[key] / line[key]);
    const [low, middle, high] = [0.1, 0.5, 0.9].map((q) => quantileOf(ratios, q).toFixed(3));
    console.log(
      `${key}, found over true: median ${middle}, 10th and 90th percentile ${low} and ${high} of ${ratios.length}`,
    );
  }
}

function describe(frame: Judged): string {
  const line = ({ x1, y1, x2, y2, snr, width }: TrueLine): string =>
    `(${x1.toFixed(0)},${y1.toFixed(0)})-(${x2.toFixed(0)},${y2.toFixed(0)}) snr ${snr.toFixed(2)} width ${width.toFixed(1)}`;
  const missed = frame.truth.lines.filter((known) => matchOf(frame, known) === undefined);
  const wrong = frame.found.filter((candidate) => isFalse(frame, candidate));
  return [
    frame.truth.file,
    ...missed.map((known) => `missed ${line(known)}`),
    ...wrong.map((candidate) => `FALSE ${line(candidate)} z ${candidate.significance.toFixed(1)}`),
    frame.found.length > frame.truth.lines.length && wrong.length === 0
      ? `${frame.found.length} findings for ${frame.truth.lines.length}`
      : '',
  ].join('; ');
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { misses: { type: 'boolean', default: false } },
});
const judged: Judged[] = [];
for (const folder of positionals) {
  const truth = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as TrueFrame[];
  for (const frame of truth) judged.push(await judge(folder, frame));
}
report(judged);
if (values.misses)
  for (const frame of judged) {
    const text = describe(frame);
    if (/missed|FALSE|findings/.test(text)) console.log(text);
  }
