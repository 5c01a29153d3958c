/** nightsift jobs: the long work of the process that has the library, from another terminal. */
import type { Command } from 'commander';
import type { JobRow } from '../../../../contract/calls/jobs.ts';
import { type Context, giveJson, wrongUse } from '../context.ts';
import { type Column, table } from '../tables.ts';

interface JsonOption {
  readonly json?: string | true;
}

const examples = `
These ask a workbench that runs ("nightsift serve"). A training of a terminal of its own is held by Ctrl-Z and let go
on by "fg". Either way the result is the same to the bit.

Examples:
  nightsift jobs list
  nightsift jobs pause           hold the training or the search that runs, between two steps
  nightsift jobs resume
`;

const columns: readonly Column<JobRow>[] = [
  { title: 'job', of: ({ job }) => job },
  { title: 'what', of: ({ method }) => method.replace(/\.start$/, '') },
  { title: 'state', of: ({ state, paused }) => (paused ? 'held' : state) },
  { title: 'started', of: ({ startedAt }) => startedAt },
  { title: 'error', of: ({ error }) => error?.code ?? '' },
];

export function addJobs(program: Command, context: Context): void {
  const jobs = program
    .command('jobs')
    .description(
      'Long work of the running workbench: list it, hold a training or a search, let it go on, stop it.',
    )
    .addHelpText('after', examples);
  jobs
    .command('list')
    .description('One line for each job since the workbench was started.')
    .option('--json [file]', 'the same for machines')
    .action(async ({ json }: JsonOption) => {
      const rows = await (await context.client())('jobs.list', {});
      if (json !== undefined) return void (await giveJson(context, json, rows));
      context.terminal.out(rows.length === 0 ? 'Nothing has been started yet.\n' : table(rows, columns));
    });
  const canBeHeld = ({ method }: JobRow): boolean => /^(train|tune)/.test(method);
  for (const [word, paused, what] of [
    ['pause', true, 'Hold a training or a search between two steps.'],
    ['resume', false, 'Let one that is held go on.'],
  ] as const) {
    jobs
      .command(word)
      .description(what)
      .argument('[job]', 'left out: the only training or search that runs')
      .action(async (job: string | undefined) => {
        const chosen = job ?? (await onlyRunning(context, 'training or search', canBeHeld));
        const row = await (await context.client())('jobs.pause', { job: chosen, paused });
        context.terminal.out(table([row], columns));
      });
  }
  jobs
    .command('cancel')
    .description('Stop a job at its next safe point.')
    .argument('[job]', 'left out: the only one that runs')
    .action(async (job: string | undefined) => {
      const chosen = job ?? (await onlyRunning(context, 'job', () => true));
      context.terminal.out(table([await (await context.client())('jobs.cancel', { job: chosen })], columns));
    });
}

async function onlyRunning(
  context: Context,
  what: string,
  isMeant: (row: JobRow) => boolean,
): Promise<string> {
  const rows = await (await context.client())('jobs.list', {});
  const running = rows.filter((row) => row.state === 'running' && isMeant(row));
  const [only] = running;
  if (only !== undefined && running.length === 1) return only.job;
  if (only === undefined) throw wrongUse(`No ${what} runs in the workbench of this library.`);
  throw wrongUse(
    `${running.length} of them run: name one.`,
    `There are: ${running.map(({ job }) => job).join(', ')}.`,
  );
}
