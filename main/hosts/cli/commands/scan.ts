/** nightsift scan: measure and judge a night. */
import type { Command } from 'commander';
import type { JobEvent } from '../../../../contract/calls/jobs.ts';
import type { ScanOutcome } from '../../../../contract/calls/sessions.ts';
import type { RecordsReport } from '../../../../contract/records.ts';
import type { ScannedFrame, ScanReport } from '../../../../contract/scan-report.ts';
import { defaultThresholds, type Finding, scoreText, tasteReason } from '../../../../contract/words.ts';
import { type ParameterValue, parameterPair, wholeNumber } from '../arguments.ts';
import { absolute, type Context, checkJson, follow, giveJson, place, wrongUse } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { refuseOccupied, writeOutputFile } from '../output-file.ts';
import { askedPolicy, consequencePair, type PolicyOptions } from '../policy-words.ts';
import { describeSeconds } from '../progress.ts';
import { type Column, csv, table } from '../tables.ts';
import { familyHelp, readingSettings } from '../targets.ts';
import { recordColumns, recordsSummary } from './records.ts';

interface ScanOptions extends PolicyOptions {
  readonly family: string;
  readonly label?: string;
  readonly set?: Record<string, ParameterValue>;
  readonly session?: string;
  readonly json?: string | true;
  readonly csv?: string;
  readonly workers?: number;
  readonly watch?: true;
  readonly annotate?: string;
}

const examples = `
Examples:
  nightsift scan ~/nights/2026-03-14
  nightsift scan ~/nights/m31 --session "M31 March" --policy stacking --csv m31.csv
  nightsift scan ~/nights/m31 --policy mine.yaml --consequence veil=advisory
  nightsift scan ~/nights/2026-03-14 --json report.json --workers 2
  nightsift scan table.csv --family columns --label y_act
  nightsift scan /mnt/camera/tonight --watch --csv tonight.csv      until Ctrl-C
`;

export function addScan(program: Command, context: Context): void {
  program
    .command('scan')
    .description('Measure every frame, say which are spoiled and why. Originals are only read.')
    .argument('<path...>', 'folders and files of one night')
    .option('--family <family>', familyHelp, 'frames')
    .option('--label <column>', 'the column that holds labels, in families whose files have columns')
    .option(
      '--set <key=value>',
      'a setting of how the family reads; may be given several times',
      parameterPair,
    )
    .option('--session <name>', 'name of the session (default: the name of the folder)')
    .option(
      '--policy <policy>',
      'strict: every finding spoils; stacking: what a stacker removes is advisory; or a YAML file of your own (see "nightsift policy"). Default: what the session had, else strict',
    )
    .option(
      '--consequence <finding=consequence>',
      'change one finding: fatal, advisory or ignored',
      consequencePair,
    )
    .option(
      '--json [file]',
      'write the report (nightsift.scan/1, nightsift.records/1 of other families), to standard output without a file',
    )
    .option('--csv <file>', 'write one line for each frame or item')
    .option('--annotate <dir>', 'draw a picture of each frame with its stars, trails, cells and the sentence')
    .option(
      '--workers <n>',
      'frames measured at the same time (default: the number of cores)',
      wholeNumber(1, 256),
    )
    .option(
      '--watch',
      'go on judging frames as they arrive, over network folders too; half-written files wait (Ctrl-C ends it)',
    )
    .addHelpText('after', examples)
    .action((paths: string[], options: ScanOptions) => scan(context, paths, options));
}

/** Options that only frames have a use for. */
const ofFrames = ['watch', 'policy', 'consequence', 'annotate'] as const;

/** What would be passed over in silence. Errors: wrongUse. */
function refuseOptionsOfFrames(options: ScanOptions): void {
  if (options.family === 'frames') return;
  const useless = ofFrames.filter((name) => options[name] !== undefined).map((name) => `--${name}`);
  if (useless.length === 0) return;
  throw wrongUse(
    `Only frames have a use for ${useless.join(', ')}; the family is ${options.family}.`,
    'Leave it out, or scan again when files have come: what was read already is not read again.',
  );
}

async function scan(context: Context, paths: readonly string[], options: ScanOptions): Promise<void> {
  refuseOptionsOfFrames(options);
  const request = {
    paths: paths.map((word) => place(context, word)),
    family: options.family,
    ...(await askedPolicy(context, options)),
    ...(options.set === undefined ? {} : { settings: readingSettings(options.set) }),
    ...(options.label === undefined ? {} : { label: options.label }),
    ...(options.session === undefined ? {} : { session: options.session }),
    ...(options.workers === undefined ? {} : { workers: options.workers }),
    ...(options.watch === undefined ? {} : { watch: true }),
  };
  if (options.csv !== undefined) {
    const header = options.family === 'frames' ? csv([], frameColumns) : csv([], recordColumns);
    refuseOccupied(absolute(context, options.csv), header);
  }
  checkJson(context, options.json);
  const outcome = await follow(context, 'scan.start', request, async (event) => {
    if (event.kind === 'arrived') await tellArrived(context, event, options);
  });
  if (outcome.records !== undefined) return giveRecords(context, outcome, outcome.records, options);
  // a watch has drawn each frame as it came
  if (options.annotate !== undefined && options.watch !== true) {
    await annotate(context, outcome.session.name, options.annotate);
  }
  const taken = await giveReport(context, outcome.report, options);
  const print = taken ? context.terminal.err : context.terminal.out;
  print(scanSummary(outcome));
  if (outcome.report.frames.length === 0) context.exitCode = exitCodes.nothing;
}

async function giveRecords(
  context: Context,
  outcome: ScanOutcome,
  report: RecordsReport,
  options: ScanOptions,
): Promise<void> {
  if (options.csv !== undefined) {
    await writeOutputFile(absolute(context, options.csv), csv(report.items, recordColumns));
  }
  const taken = await giveJson(context, options.json, report);
  const print = taken ? context.terminal.err : context.terminal.out;
  print(recordsSummary(outcome, report));
  if (report.items.length === 0) context.exitCode = exitCodes.nothing;
}

/** A line for each frame that came, and the files as they stand, so that whoever reads them is never behind. */
async function tellArrived(
  context: Context,
  { session, files }: Extract<JobEvent, { kind: 'arrived' }>,
  options: ScanOptions,
): Promise<void> {
  const { report } = await (await context.client())('sessions.show', { session });
  const fresh = new Set(files);
  for (const frame of report.frames.filter(({ file }) => fresh.has(file))) {
    const why = frame.label === 'clean' && tasteReason(frame) === null ? '' : `  ${reason(frame)}`;
    context.terminal.err(`${frame.file}  ${frame.label ?? frame.status}${why}\n`);
  }
  if (options.annotate !== undefined) await annotate(context, session, options.annotate, files);
  await giveReport(context, report, { ...options, json: options.json === true ? undefined : options.json });
}

async function annotate(
  context: Context,
  session: string,
  folder: string,
  files?: readonly string[],
): Promise<void> {
  const into = absolute(context, folder);
  const request = { session, into, ...(files === undefined ? {} : { files: [...files] }) };
  const { written, left } = await follow(context, 'annotate.start', request);
  for (const { file, reason } of left) context.terminal.err(`No picture of ${file}: ${reason}\n`);
  context.terminal.err(`${written} pictures in ${into}\n`);
}

/** Writes what was asked for; true when standard output is taken. */
async function giveReport(
  context: Context,
  report: ScanReport,
  { csv: csvFile, json }: { readonly csv?: string | undefined; readonly json?: string | true | undefined },
): Promise<boolean> {
  if (csvFile !== undefined) {
    await writeOutputFile(absolute(context, csvFile), csv(report.frames, frameColumns));
  }
  return giveJson(context, json, report);
}

export const frameColumns: readonly Column<ScannedFrame>[] = [
  { title: 'file', of: (frame) => frame.file },
  { title: 'status', of: (frame) => frame.status },
  { title: 'label', of: (frame) => frame.label },
  { title: 'labelledBy', of: (frame) => frame.labelledBy },
  { title: 'score', of: (frame) => frame.score, write: (score) => scoreText(score, defaultThresholds, 3) },
  { title: 'fwhm', of: (frame) => frame.measurements?.fwhm ?? null, digits: 2 },
  { title: 'eccentricity', of: (frame) => frame.measurements?.eccentricity ?? null, digits: 2 },
  { title: 'starCount', of: (frame) => frame.measurements?.starCount ?? null },
  { title: 'background', of: (frame) => frame.measurements?.background ?? null, significant: 6 },
  { title: 'noise', of: (frame) => frame.measurements?.noise ?? null, significant: 4 },
  { title: 'transparency', of: (frame) => frame.measurements?.transparency ?? null, digits: 3 },
  { title: 'findings', of: (frame) => frame.findings.map((finding) => finding.code).join(' ') },
  { title: 'error', of: (frame) => frame.error?.code ?? null },
  { title: 'taste', of: tasteReason },
];

const longestList = 40;

/** Counts, then the frames that want a look, the worst first. */
export function scanSummary(outcome: ScanOutcome): string {
  const { session, report } = outcome;
  const seconds = describeSeconds(outcome.elapsedSeconds);
  return [
    `Session "${session.name}": ${report.frames.length} files in ${seconds}`,
    ` (${outcome.measured} measured, ${outcome.reused} already known)\n`,
    countsLine(report),
    tasteLine(report),
    skippedLines(report),
    spoiledList(report, longestList),
  ].join('');
}

export function countsLine(report: ScanReport): string {
  const count = (test: (frame: ScannedFrame) => boolean) => report.frames.filter(test).length;
  const labels = ['clean', 'contaminated', 'review'].map(
    (label) => `${count((frame) => frame.status === 'ok' && frame.label === label)} ${label}`,
  );
  const failed = count((frame) => frame.status === 'failed');
  const skipped = count((frame) => frame.status === 'skipped');
  return `  ${[...labels, `${failed} failed`, `${skipped} skipped`].join(', ')}\n`;
}

/** Why files were left out: those with a reason of their own by name, the others counted. */
export function skippedLines({ frames }: ScanReport): string {
  const byReason = Map.groupBy(
    frames.filter(({ status, reason }) => status === 'skipped' && reason !== undefined),
    ({ reason }) => reason,
  );
  return [...byReason]
    .map(
      ([reason, left]) =>
        `  left out: ${left.length === 1 ? left[0]?.file : `${left.length} files`} (${reason})\n`,
    )
    .join('');
}

/** Frames that are called otherwise than what was measured of them says; empty without. */
export function tasteLine({ session, frames }: ScanReport): string {
  const count = frames.filter((frame) => tasteReason(frame) !== null).length;
  if (count === 0) return '';
  return `  ${count} of them judged as the observer sees it: nightsift sessions show "${session}"\n`;
}

export function spoiledList(report: ScanReport, limit: number): string {
  const spoiled = report.frames
    .filter((frame) => frame.status === 'failed' || (frame.label !== null && frame.label !== 'clean'))
    .sort((a, b) => (a.score ?? 0) - (b.score ?? 0));
  if (spoiled.length === 0) return '';
  const shown = table(spoiled.slice(0, limit), [
    { title: 'file', of: (frame) => frame.file },
    { title: 'label', of: (frame) => frame.label },
    { title: 'score', of: (frame) => frame.score, write: (score) => scoreText(score) },
    { title: 'why', of: reason },
  ]);
  const rest = spoiled.length - limit;
  const more = rest > 0 ? `… and ${rest} more: nightsift sessions show "${report.session}"\n` : '';
  return `\n${shown}${more}`;
}

function reason(frame: ScannedFrame): string {
  if (frame.error) return `${frame.error.code}: ${frame.error.message}`;
  const sentences = frame.findings.slice(0, 3).map(findingText);
  const taste = tasteReason(frame);
  if (sentences.length > 0) return [...sentences, ...(taste === null ? [] : [taste])].join('; ');
  if (taste !== null) return `nothing was found wrong, but ${taste}`;
  if (frame.labelledBy !== 'model') return `labelled by the ${frame.labelledBy ?? 'prefilter'}`;
  const said = frame.label === 'review' ? 'the model is not sure' : 'the model thinks so';
  return `${said}; nothing was found wrong`;
}

/** The sentence, and what explains it. */
function findingText({ sentence, cause }: Finding): string {
  return cause === undefined ? sentence : `${sentence} (${cause})`;
}
