/** nightsift sessions, label, calibrate, sort, undo: what is done with a night once it is scanned. */
import { type Command, Option } from 'commander';
import type { CalibrationOutcome, SessionRow, SortOutcome } from '../../../../contract/calls/sessions.ts';
import type { ScannedFrame } from '../../../../contract/scan-report.ts';
import { frameLabels, tasteReason } from '../../../../contract/words.ts';
import { absolute, type Context, follow, giveJson, wrongUse } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { describePolicy } from '../policy-words.ts';
import { type Column, table } from '../tables.ts';
import { labelLine, recordsTable } from './records.ts';
import { countsLine, frameColumns, skippedLines } from './scan.ts';

interface JsonOption {
  readonly json?: string | true;
}

export function addSessions(program: Command, context: Context): void {
  const sessions = program.command('sessions').description('Look at the nights that were scanned.');
  sessions
    .command('list')
    .description('One line for each session.')
    .option('--json [file]', 'the same for machines')
    .action(async ({ json }: JsonOption) => {
      const rows = await (await context.client())('sessions.list', {});
      if (json !== undefined) return void (await giveJson(context, json, rows));
      const empty = 'No session yet: nightsift scan FOLDER makes one.\n';
      context.terminal.out(rows.length === 0 ? empty : table(rows, sessionColumns));
    });
  sessions
    .command('show')
    .description('Every frame of one session.')
    .argument('<session>')
    .option('--approve <expression>', 'which frames it holds for, as in "fwhm <= 3.2 && eccentricity < 0.6"')
    .option('--weight <expression>', 'what it gives each frame, as in "snr / median(snr)"')
    .option('--json [file]', 'the report as scan --json writes it; with an expression, its values')
    .addHelpText('after', showExamples)
    .action(async (session: string, options: ShowOptions) => {
      if (options.approve !== undefined || options.weight !== undefined) {
        return showExpressions(context, session, options);
      }
      const { json } = options;
      const shown = await (await context.client())('sessions.show', { session });
      if (json !== undefined) return void (await giveJson(context, json, shown.records ?? shown.report));
      if (shown.records !== undefined) {
        const { name, root, family } = shown.session;
        const head = `Session "${name}" of ${root}, ${family}\n${labelLine(shown.session)}\n`;
        return context.terminal.out(head + recordsTable(shown.records));
      }
      context.terminal.out(
        `Session "${shown.session.name}" of ${shown.session.root}, policy ${describePolicy(shown.session)}\n` +
          `${countsLine(shown.report)}${skippedLines(shown.report)}\n${table(shown.report.frames, columnsFor(shown.report.frames))}`,
      );
    });
}

const showExamples = `
Examples:
  nightsift sessions show m31
  nightsift sessions show m31 --approve 'fwhm <= 3.2 && starCount > 0.7 * median(starCount)' --weight 'snr / fwhm'

Names are the measurements of scan --json and score; median, mean, sigma, minimum and maximum look at all frames.
`;

interface ShowOptions extends JsonOption {
  readonly approve?: string;
  readonly weight?: string;
}

interface Expressed {
  readonly file: string;
  readonly label: string | null;
  readonly approved: boolean | null;
  readonly weight: number | null;
}

async function showExpressions(context: Context, session: string, options: ShowOptions): Promise<void> {
  const client = await context.client();
  const valuesOf = async (text: string | undefined, kind: 'approval' | 'weight') => {
    if (text === undefined) return null;
    const { item, values } = await client('frames.evaluate', { session, text, kind });
    return new Map(item.map((id, k) => [id, values[k] ?? null]));
  };
  const approvals = await valuesOf(options.approve, 'approval');
  const weights = await valuesOf(options.weight, 'weight');
  const { columns } = await client('frames.rows', { session });
  const rows = columns.item.flatMap((item, k): Expressed[] => {
    if (columns.status[k] !== 'ok') return [];
    const approved = approvals === null ? null : approvals.get(item) === 1;
    const [file = '', label = null] = [columns.file[k], columns.label[k]];
    return [{ file, label, approved, weight: weights?.get(item) ?? null }];
  });
  if (await giveJson(context, options.json, rows)) return;
  const approved = rows.filter((row) => row.approved === true).length;
  const counts = approvals === null ? '' : `${approved} of ${rows.length} frames approved\n`;
  context.terminal.out(`${counts}${table(rows, expressionColumns)}`);
}

const expressionColumns: readonly Column<Expressed>[] = [
  { title: 'file', of: (row) => row.file },
  { title: 'label', of: (row) => row.label },
  { title: 'approved', of: ({ approved }) => (approved === null ? null : approved ? 'yes' : 'no') },
  { title: 'weight', of: (row) => row.weight, significant: 4 },
];

const leftOut = new Set(['error', 'status']);

/** With the reasons of a taste where there are any. */
function columnsFor(frames: readonly ScannedFrame[]): readonly Column<ScannedFrame>[] {
  const hasTaste = frames.some((frame) => tasteReason(frame) !== null);
  return frameColumns.filter(({ title }) => !leftOut.has(title) && (hasTaste || title !== 'taste'));
}

const sessionColumns: readonly Column<SessionRow>[] = [
  { title: 'session', of: (row) => row.name },
  { title: 'family', of: (row) => row.family },
  { title: 'items', of: (row) => row.items },
  { title: 'clean', of: (row) => row.clean },
  { title: 'contaminated', of: (row) => row.contaminated },
  { title: 'review', of: (row) => row.review },
  { title: 'failed', of: (row) => row.failed },
  { title: 'skipped', of: (row) => row.skipped },
  { title: 'not measured', of: (row) => row.waiting ?? 0 },
  { title: 'by person', of: (row) => row.labelledByPerson },
  { title: 'folder', of: (row) => row.root },
];

const labelExamples = `
Examples:
  nightsift label m31 light_0042.fits contaminated
  nightsift label m31 --from reviewed.csv        a CSV file with the columns file,label
`;

export function addLabel(program: Command, context: Context): void {
  program
    .command('label')
    .description(
      'Say what a frame or another item is. A person overrules every judge, and the change is kept in its history.',
    )
    .argument('<session>')
    .argument('[file]', 'as the report names it; FILE#ID for an item of a table')
    .argument('[label]', `${frameLabels.join(' | ')} for a frame, a class for other items`)
    .option('--from <csv>', 'read file,label from a CSV file')
    .option('--by <name>', 'who says so (default: the account name)')
    .addHelpText('after', labelExamples)
    .action(async (session: string, file: string | undefined, label: string | undefined, options) => {
      const by: string = options.by ?? context.terminal.user;
      if ((options.from === undefined) === (file === undefined)) {
        throw wrongUse('Give either FILE and LABEL, or --from FILE.csv.');
      }
      const wanted = file === undefined ? null : [{ file, label: wantedLabel(label) }];
      const client = await context.client();
      const receipt =
        wanted === null
          ? await client('labels.import', { session, path: absolute(context, options.from), by })
          : await client('labels.set', { session, labels: wanted, by });
      for (const unknown of receipt.unknown)
        context.terminal.err(`Not in session "${session}": ${unknown}\n`);
      const badRows = receipt.refused.filter(({ file }) => !receipt.unknown.includes(file));
      for (const { row, file, problem } of badRows) {
        context.terminal.err(`Row ${row}, ${file === '' ? 'no file' : file}: ${problem}\n`);
      }
      const refused = badRows.length > 0 ? `, ${badRows.length} refused` : '';
      context.terminal.out(
        `${receipt.changed} changed, ${receipt.unchanged} unchanged, ${receipt.unknown.length} unknown${refused}\n`,
      );
      if (receipt.changed + receipt.unchanged === 0) context.exitCode = exitCodes.nothing;
    });
}

function wantedLabel(word: string | undefined): string {
  if (word !== undefined) return word;
  throw wrongUse(
    `Say what it is: ${frameLabels.join(', ')} for a frame, the name of a class for other items.`,
  );
}

export function addCalibrate(program: Command, context: Context): void {
  program
    .command('calibrate')
    .description('Choose the two thresholds from frames that a person has reviewed.')
    .argument('<session...>')
    .option('--dry-run', 'show them without keeping them')
    .option('--json [file]', 'the same for machines')
    .addHelpText('after', '\nExample:\n  nightsift calibrate m31 m33 --dry-run\n')
    .action(async (sessions: string[], options: JsonOption & { dryRun?: true }) => {
      const outcome = await follow(context, 'calibrate.start', { sessions, apply: options.dryRun !== true });
      const taken = await giveJson(context, options.json, outcome);
      if (!taken) context.terminal.out(calibrationText(outcome));
    });
}

function calibrationText(outcome: CalibrationOutcome): string {
  const rates = table(outcome.rates, [
    { title: 'clean from', of: (rate) => rate.thresholds.clean, digits: 3 },
    { title: 'contaminated to', of: (rate) => rate.thresholds.contaminated, digits: 3 },
    { title: 'clean kept', of: (rate) => rate.cleanKept, digits: 3 },
    { title: 'contaminated caught', of: (rate) => rate.contaminatedCaught, digits: 3 },
    { title: 'in review', of: (rate) => rate.inReview, digits: 3 },
  ]);
  const kept = outcome.applied ? 'These thresholds hold from now on.' : 'Nothing was changed.';
  return `From ${outcome.reviewedFrames} reviewed frames (before, then after):\n${rates}${kept}\n`;
}

const sortExamples = `
Examples:
  nightsift sort m31 --into ~/sorted/m31 --action copy
  nightsift sort m31 --into ~/sorted/m31 --action move --dry-run
  nightsift undo
`;

interface SortOptions extends JsonOption {
  readonly into: string;
  readonly action: 'copy' | 'symlink' | 'move';
  readonly dryRun?: true;
}

export function addSort(program: Command, context: Context): void {
  program
    .command('sort')
    .description('Put the frames of a session into folders by label. A move is journalled and can be undone.')
    .argument('<session>')
    .requiredOption('--into <dir>', 'the folder that gets clean/, contaminated/ and review/')
    .addOption(
      new Option('--action <action>', 'what happens to each file')
        .choices(['copy', 'symlink', 'move'])
        .makeOptionMandatory(),
    )
    .option('--dry-run', 'only say what would be done')
    .option('--json [file]', 'the plan or the journal entry for machines')
    .addHelpText('after', sortExamples)
    .action(async (session: string, options: SortOptions) => {
      const outcome = await follow(context, 'sort.start', {
        session,
        into: absolute(context, options.into),
        action: options.action,
        dryRun: options.dryRun === true,
      });
      const taken = await giveJson(context, options.json, outcome);
      if (!taken) context.terminal.out(sortText(outcome));
      for (const { file, reason } of outcome.refused ?? [])
        context.terminal.err(`Left where it is: ${file}: ${reason}\n`);
      if (isAllLeft(outcome)) context.exitCode = 1;
    });
}

/** Whether something was to be done and nothing could be. */
function isAllLeft({ files, refused = [] }: SortOutcome): boolean {
  const left = new Set(refused.map(({ file }) => file));
  return left.size > 0 && files.every(({ from }) => left.has(from));
}

function sortText(outcome: SortOutcome): string {
  const counts = Object.entries(outcome.counts).map(([label, count]) => `${count} ${label}`);
  if (outcome.dryRun) {
    const lines = outcome.files.map(({ from, to }) => `${from} -> ${to}`);
    return `${lines.join('\n')}\nWould ${outcome.action}: ${counts.join(', ')}. Nothing was touched.\n`;
  }
  const undo =
    outcome.operation === null
      ? ''
      : ` Operation ${outcome.operation}; undo with: nightsift undo ${outcome.operation}`;
  const left = outcome.refused?.length ?? 0;
  if (isAllLeft(outcome))
    return `Nothing was sorted into ${outcome.into}: all ${left} files are left where they are.\n`;
  const done =
    outcome.files.length === 0
      ? ' All is in place already; nothing was done.'
      : left > 0
        ? ` ${left} files were left.`
        : '';
  return `Into ${outcome.into}: ${counts.join(', ')}.${done}${undo}\n`;
}

export function addUndo(program: Command, context: Context): void {
  program
    .command('undo')
    .description('Take a sort back: the last one, or the operation named.')
    .argument('[operation]')
    .action(async (operation: string | undefined) => {
      const outcome = await follow(context, 'undo.start', operation === undefined ? {} : { operation });
      for (const { file, reason } of outcome.left)
        context.terminal.err(`Left as it is: ${file}: ${reason}\n`);
      context.terminal.out(`Operation ${outcome.operation}: ${outcome.restored} files taken back.\n`);
      if (outcome.restored === 0 && outcome.left.length > 0) context.exitCode = 1;
    });
}
