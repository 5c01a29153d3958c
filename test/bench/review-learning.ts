/**
 * What reviews of one camera are worth on its other nights:
 * `node test/bench/review-learning.ts [--nights 3] [--camera 1] [--rotations 7] [--folder DIR]`
 * Hard simulated nights of one camera; the first ones are reviewed, the others judged: by the prefilter alone, and by
 * the head on measured features, without and with the shipped prior and the embeddings of the shipped backbone. Then the curve of accuracy over
 * reviews in the proposed order beside a random one, and the time of a refit. Measured nights stay in the folder.
 */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { frameFeatureNames } from '../../main/families/frames/features.ts';
import { judgeSession } from '../../main/families/frames/judge-session.ts';
import { embedWith } from '../../main/learning/body.ts';
import { evaluateWithIntervals, pairedDifference } from '../../main/learning/metrics/index.ts';
import { randomFor, shuffled } from '../../main/learning/random.ts';
import { reviewLesson } from '../../main/learning/review/lesson.ts';
import { onnxRuntime } from '../../main/runtime/onnx-runtime.ts';
import { headRow, opinionOf } from '../../main/workflows/review-learning.ts';
import { shippedBackbone } from '../../main/workflows/training/shipped-backbone.ts';
import { shippedPrior } from '../../main/workflows/training/shipped-prior.ts';
import { cameraNights, measuredNight, nightName } from '../../scripts/backbone/nights.ts';
import { backboneRecipe, picturesOf } from '../../scripts/backbone/pictures.ts';

const classes = ['clean', 'contaminated'];
const { values } = parseArgs({
  options: {
    nights: { type: 'string', default: '3' },
    camera: { type: 'string', default: '1' },
    reviews: { type: 'string', default: '100' },
    folder: { type: 'string', default: join(tmpdir(), 'nightsift-backbone') },
    rotations: { type: 'string', default: '7' },
    'only-measured': { type: 'boolean', default: false },
  },
});

interface Night {
  readonly name: string;
  readonly labels: Int8Array;
  /** P(clean) of the prefilter. */
  readonly scores: Float32Array;
  readonly features: Float32Array[];
  readonly embeddings: Float32Array[];
}

async function judgedNights(): Promise<Night[]> {
  const runtime = onnxRuntime({ threads: 2 });
  const backbone = shippedBackbone(backboneRecipe);
  if (backbone === null)
    console.log('No backbone is there (node scripts/train-backbone.ts makes one): features only.');
  const nights: Night[] = [];
  for (const recipe of cameraNights(Number(values.camera), Number(values.nights))) {
    const name = nightName(recipe);
    if (values['only-measured'] && !existsSync(join(values.folder, `${name}.night`))) continue;
    const frames = (await measuredNight(values.folder, recipe, { trails: true })).filter(
      ({ record }) => record !== null,
    );
    const records = frames.map(({ record }) => record!);
    const judgements = judgeSession(records, { policy: 'strict' });
    const { width, data } =
      backbone === null
        ? { width: 0, data: new Float32Array(0) }
        : await embedWith(runtime, {
            recipe: backboneRecipe,
            backbone,
            inputs: picturesOf(records),
            items: records.length,
          });
    nights.push({
      name,
      labels: Int8Array.from(frames, ({ truth }) => (truth.kind === 'clean' ? 0 : 1)),
      scores: Float32Array.from(judgements, ({ score }) => score),
      features: judgements.map(({ features }) => features),
      embeddings: records.map((_, item) => data.slice(item * width, (item + 1) * width)),
    });
  }
  return nights;
}

type Rows = (night: Night, item: number) => readonly Float32Array[];

/** What a head is given. */
interface Given {
  readonly rowsOf: Rows;
  readonly hasPrior: boolean;
}

/** The median over the night taken off, as the program does: what is always there does not count. */
function centred(night: Night): Float32Array[] {
  const width = night.embeddings[0]!.length;
  if (width === 0) return night.embeddings;
  const median = Float32Array.from({ length: width }, (_, column) => {
    const sorted = Float32Array.from(night.embeddings, (row) => row[column]!).sort();
    return sorted[sorted.length >> 1]!;
  });
  return night.embeddings.map((row) => row.map((value, column) => value - median[column]!));
}

const lists = new Map<Night, Float32Array[]>();
function relative(night: Night, item: number): Float32Array {
  const known = lists.get(night) ?? centred(night);
  lists.set(night, known);
  return known[item]!;
}

const featuresOf: Rows = (night, item) => [night.features[item]!];
const all: Given = {
  rowsOf: (night, item) => [headRow(night.features[item]!, relative(night, item))],
  hasPrior: true,
};
const heads: Readonly<Record<string, Given>> = {
  'head on features': { rowsOf: featuresOf, hasPrior: false },
  'with the shipped prior': { rowsOf: featuresOf, hasPrior: true },
  'with prior and embedding': all,
};

function itemsOf(nights: readonly Night[], rowsOf: Rows) {
  const rows = nights.flatMap((night) =>
    Array.from(night.labels, (_, item) => rowsOf(night, item).flatMap((part) => Array.from(part))),
  );
  return {
    rows: Float32Array.from(rows.flat()),
    width: rows[0]!.length,
    opinions: Float32Array.from(nights.flatMap(({ scores }) => Array.from(scores, opinionOf))),
  };
}

function pairs(probabilities: Float32Array): Float32Array {
  return Float32Array.from({ length: 2 * probabilities.length }, (_, place) =>
    place % 2 === 1 ? probabilities[place >> 1]! : 1 - probabilities[place >> 1]!,
  );
}

/** Labels of the reviewed items of the first night, -1 elsewhere; and what the head then says of the others. */
function lessonWith(
  nights: readonly Night[],
  { rowsOf, hasPrior }: Given,
  reviewed: ReadonlySet<number>,
  count: number,
) {
  const labels = Int8Array.from(nights.flatMap((night) => Array.from(night.labels)));
  const first = nights[0]!.labels.length;
  const items = itemsOf(nights, rowsOf);
  return reviewLesson({
    items,
    prior: hasPrior ? shippedPrior(frameFeatureNames, items.width) : undefined,
    labels: labels.map((label, item) => (item < first && reviewed.has(item) ? label : -1)),
    asked: Int32Array.from({ length: first }, (_, item) => item),
    count,
  });
}

const nights = await judgedNights();
const reviews = Number(values.reviews);
/** Each of the first nights is the reviewed one in turn; the others are unseen. */
const rotations = nights
  .slice(0, Number(values.rotations))
  .map((first, place) => [first, ...nights.filter((_, other) => other !== place)]);

/** Of the nights that were not reviewed: their classes, and P(contaminated) of each frame as a pair. */
function unseenOf([first, ...others]: readonly Night[], given: Given | null, reviewCount = reviews) {
  const count = first!.labels.length;
  const truth = others.flatMap((night) => Array.from(night.labels));
  if (given === null) {
    const scores = others.flatMap((night) => Array.from(night.scores, (score) => 1 - score));
    return { truth, probabilities: pairs(Float32Array.from(scores)) };
  }
  const drawn = shuffled(count, randomFor(1, 'reviews')).subarray(0, reviewCount);
  const { probabilities } = lessonWith([first!, ...others], given, new Set(drawn), 1);
  return { truth, probabilities: pairs(probabilities.subarray(count)) };
}

// intervals from the first rotation only, in which no frame occurs twice; the mean over all rotations beside it
const [main] = rotations;
const alone = rotations.map((rotation) => unseenOf(rotation, null));
console.log(`${reviews} reviews of ${main![0]!.name}; ${alone[0]!.truth.length} frames of the other nights`);
tell('prefilter alone', alone);
tell(
  'prior, no reviews',
  rotations.map((rotation) => unseenOf(rotation, heads['with the shipped prior']!, 0)),
);
for (const [name, given] of Object.entries(heads)) {
  tell(
    name,
    rotations.map((rotation) => unseenOf(rotation, given)),
  );
}

function tell(name: string, found: readonly ReturnType<typeof unseenOf>[]): void {
  const { truth, probabilities } = found[0]!;
  const { balancedAccuracy, calibrationError } = evaluateWithIntervals(probabilities, truth, classes);
  const gain = pairedDifference(probabilities, alone[0]!.probabilities, truth, classes);
  const gains = found.map(
    (each, place) =>
      pairedDifference(each.probabilities, alone[place]!.probabilities, each.truth, classes).difference,
  );
  const mean = gains.reduce((sum, value) => sum + value, 0) / gains.length;
  console.log(
    `${name.padEnd(26)} balanced accuracy ${balancedAccuracy.toFixed(4)}, gain ${gain.difference.toFixed(4)} ` +
      `(${gain.low.toFixed(4)} to ${gain.high.toFixed(4)}), calibration error ${calibrationError.toFixed(4)}; ` +
      `over ${gains.length} choices of the reviewed night ${mean.toFixed(4)} ` +
      `(${Math.min(...gains).toFixed(4)} to ${Math.max(...gains).toFixed(4)})`,
  );
}

const steps = [0, 10, 20, 30, 40, 50, 60, 80, 100].filter((count) => count <= reviews);
for (const order of ['proposed', 'random'] as const) {
  const curve = new Float64Array(steps.length);
  for (const rotation of rotations) {
    const random = shuffled(rotation[0]!.labels.length, randomFor(2, 'order'));
    const reviewed = new Set<number>();
    const others = rotation.slice(1).flatMap((night) => Array.from(night.labels));
    steps.forEach((count, step) => {
      const more = count - reviewed.size;
      if (more > 0) {
        const next =
          order === 'random'
            ? Array.from(random.subarray(reviewed.size, count))
            : lessonWith(rotation, all, reviewed, more).proposals.map(({ item }) => item);
        for (const item of next) reviewed.add(item);
      }
      const { probabilities } = lessonWith(rotation, all, reviewed, 1);
      const unseen = pairs(probabilities.subarray(rotation[0]!.labels.length));
      curve[step]! += evaluateWithIntervals(unseen, others, classes).balancedAccuracy / rotations.length;
    });
  }
  console.log(
    `${order} order:`,
    steps.map((count, step) => `${count}: ${curve[step]!.toFixed(4)}`).join('  '),
  );
}

const many = itemsOf(
  Array.from({ length: Math.ceil(2000 / nights[0]!.labels.length) }, () => nights[0]!),
  all.rowsOf,
);
const labels = Int8Array.from(
  { length: many.opinions.length },
  (_, item) => nights[0]!.labels[item % nights[0]!.labels.length]!,
);
const begun = performance.now();
const before = process.cpuUsage();
reviewLesson({ items: many, labels, asked: new Int32Array(0), count: 1 });
const { user, system } = process.cpuUsage(before);
console.log(
  `refit with ${labels.length} labelled frames, ${many.width} figures each: ${((performance.now() - begun) / 1000).toFixed(2)} s, ` +
    `${((user + system) / 1e6).toFixed(2)} s of CPU`,
);
