/**
 * The whole main job on a night that never was: simulate, scan, review, freeze, train, promote, judge and sort the next
 * night, and compare with the truth, which only the simulator knows.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DemoNight, DemoOutcome } from '../../contract/calls/house.ts';
import type { ScannedFrame, ScanReport } from '../../contract/scan-report.ts';
import type { NightRecipe } from '../families/frames/simulate/index.ts';
import { randomFor, shuffled } from '../learning/random.ts';
import { createDataset } from './dataset.ts';
import { type NightOnDisk, nightOnDisk } from './demo/simulated-night.ts';
import { labelFrames } from './label.ts';
import { promotedOpinion } from './predict.ts';
import { promote } from './promote.ts';
import { scanRecords } from './records/scan-records.ts';
import { scan } from './scan.ts';
import { sortSession } from './sort.ts';
import { type TrainOptions, type TrainPorts, trainOnVersion } from './train.ts';

export interface DemoInput {
  /** Everything goes below here. */
  readonly out: string;
  readonly frames: number;
  readonly seed: number;
}

const modelName = 'demo-judge';
const reviewer = 'simulated reviewer';
/** Small frames: the point is the way through the house, in three minutes on two cores. */
const frameSize = { width: 800, height: 600 } as const;
/** A person looks at the doubtful frames and some others, not at every one. */
const reviewedShare = 0.6;
const mostReviewed = 60;

/** Errors: those of the workflows it runs. */
export async function demo(
  ports: TrainPorts,
  input: DemoInput,
  options: TrainOptions = {},
): Promise<DemoOutcome> {
  const begun = performance.now();
  const { library } = ports;
  const scanPorts = { ...ports, predictOpinion: promotedOpinion(ports) };
  const first = await nightFor(input, 'first-night', 0, options);
  const second = await nightFor(input, 'second-night', 1, options);

  await scanSite(ports, first, options);
  await scanSite(ports, second, options);
  const firstScan = await scan(scanPorts, { paths: [first.folder] }, options);
  const session = firstScan.session.name;
  const prefilterNight = nightSummary(session, first, prefilterReport(firstScan.report));
  const reviewed = reviewFromTruth(first, firstScan.report, input.seed);
  labelFrames(library, session, reviewed, reviewer);
  options.onMessage?.(
    `Reviewed ${reviewed.length} frames as a person would; the answers are the simulation's truth.`,
  );

  const version = await createDataset(ports, { sessions: [session], seed: input.seed }, options);
  const trained = await trainOnVersion(
    ports,
    version,
    { name: modelName, seed: input.seed },
    { ...options, begun },
  );
  const model = `${modelName}@${trained.model.version}`;
  promote(library, model, { reason: 'trained in the demonstration', by: 'demo' });
  options.onMessage?.(`${model} is in production.`);

  const secondScan = await scan(scanPorts, { paths: [second.folder] }, options);
  const sorted = await sortSession(
    scanPorts,
    { session: secondScan.session.name, into: freeFolder(join(input.out, 'sorted')), action: 'copy' },
    options,
  );
  return {
    out: input.out,
    library: library.directory,
    model,
    run: trained.run,
    dataSet: trained.dataSet,
    exportDifference: trained.exportDifference,
    firstNight: prefilterNight,
    secondNight: nightSummary(secondScan.session.name, second, secondScan.report),
    modelBalancedAccuracy: modelAccuracy(second, secondScan.report),
    sortedInto: sorted.into,
    sorted: sorted.counts,
    elapsedSeconds: (performance.now() - begun) / 1000,
  };
}

/** What the site's log tells of the night is named in the findings of its frames. */
async function scanSite(
  { library }: TrainPorts,
  { siteLog }: NightOnDisk,
  options: TrainOptions,
): Promise<void> {
  await scanRecords({ library }, { paths: [siteLog], family: 'telemetry' }, options);
}

function nightFor(
  input: DemoInput,
  name: string,
  order: number,
  options: TrainOptions,
): Promise<NightOnDisk> {
  const recipe: NightRecipe = {
    seed: input.seed * 2 + order,
    kind: 'standard',
    frameCount: input.frames,
    ...frameSize,
    encodings: 'mixed',
  };
  return nightOnDisk(join(input.out, name), recipe, `simulating the ${name.replace('-', ' ')}`, options);
}

/** The doubtful ones first, then others at random, each with what is true of it. */
function reviewFromTruth(night: NightOnDisk, report: ScanReport, seed: number) {
  const readable = report.frames.filter((frame) => frame.status === 'ok' && night.isClean.has(frame.file));
  const count = Math.min(mostReviewed, Math.ceil(reviewedShare * readable.length));
  const order = [...shuffled(readable.length, randomFor(seed, 'review'))].map(
    (place) => readable[place] as ScannedFrame,
  );
  order.sort((one, other) => Number(other.label === 'review') - Number(one.label === 'review'));
  return order.slice(0, count).map(({ file }) => ({
    file,
    label: night.isClean.get(file) ? ('clean' as const) : ('contaminated' as const),
  }));
}

/** What the prefilter alone said, whatever persons and models said since. */
function prefilterReport(report: ScanReport): ScanReport {
  const frames = report.frames.map((frame) => {
    const own = frame.opinions.find(({ author }) => author === 'prefilter');
    return own === undefined ? frame : { ...frame, label: own.label, score: own.score };
  });
  return { ...report, frames };
}

function nightSummary(session: string, night: NightOnDisk, report: ScanReport): DemoNight {
  const { isClean } = night;
  const frames = report.frames.filter((frame) => isClean.has(frame.file));
  const clean = frames.filter((frame) => isClean.get(frame.file));
  const spoiled = frames.filter((frame) => !isClean.get(frame.file));
  return {
    session,
    folder: night.folder,
    frames: frames.length,
    cleanKept: share(clean, (frame) => frame.label === 'clean'),
    contaminatedCaught: share(spoiled, (frame) => frame.label !== 'clean'),
    inReview: share(frames, (frame) => frame.label === 'review') ?? 0,
    failed: frames.filter((frame) => frame.status === 'failed').length,
  };
}

/** Mean of the shares of either class that the model alone puts on the right side of one half. */
function modelAccuracy({ isClean }: NightOnDisk, report: ScanReport): number | null {
  const judged = report.frames.flatMap((frame) => {
    const score = frame.opinions.find(({ author }) => author === 'model')?.score;
    return score == null ? [] : [{ isClean: isClean.get(frame.file) === true, score }];
  });
  const kept = share(
    judged.filter((each) => each.isClean),
    (each) => each.score >= 0.5,
  );
  const caught = share(
    judged.filter((each) => !each.isClean),
    (each) => each.score < 0.5,
  );
  return kept === null || caught === null ? null : (kept + caught) / 2;
}

function share<T>(items: readonly T[], test: (item: T) => boolean): number | null {
  return items.length === 0 ? null : items.filter(test).length / items.length;
}

/** A folder that is not there yet: what an earlier demonstration sorted is left alone. */
function freeFolder(base: string): string {
  let folder = base;
  for (let count = 2; existsSync(folder); count += 1) folder = `${base}-${count}`;
  return folder;
}
