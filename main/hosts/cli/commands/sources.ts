/** nightsift sources: what can be read beyond this machine's files, and what was fetched. */
import type { Command } from 'commander';
import type { FetchedSource } from '../../../../contract/calls/sources.ts';
import { type Context, follow, giveJson } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { type Column, table } from '../tables.ts';

interface JsonOption {
  readonly json?: string | true;
}

const examples = `
Examples:
  nightsift sources
  nightsift sources fetch s3://observatory/nights/2026-03-14?region=eu-west-1
  nightsift scan s3://observatory/nights/2026-03-14
  nightsift scan https://server.example/log.csv --family telemetry
  nightsift train hf://datasets/OWNER/NAME@COMMIT/spectra.csv --family spectra
  nightsift scan "preset:safecast?latitude=37.4&longitude=141&distance=5000" --family telemetry
  nightsift sources forget s3://observatory/nights/2026-03-14

Nothing is fetched unless you name it. NIGHTSIFT_OFFLINE=1 fetches nothing at all and uses what is here;
NIGHTSIFT_CACHE_GIB (20) limits what is kept.
`;

export function addSources(program: Command, context: Context): void {
  const sources = program
    .command('sources')
    .description('Sources beyond this machine’s files, and the copies of them that are kept.')
    .addHelpText('after', examples);
  sources
    .command('list', { isDefault: true })
    .description('kinds of address, presets, and what was fetched')
    .option('--json [file]', 'for machines')
    .action((options: JsonOption) => list(context, options));
  sources
    .command('fetch')
    .description('fetch all of a source ahead, for nights without a network')
    .argument('<address...>', 'as “nightsift sources” shows them')
    .option('--json [file]', 'for machines')
    .action(async (addresses: string[], options: JsonOption) => {
      const fetched = await follow(context, 'sources.fetch.start', { addresses });
      if (!(await giveJson(context, options.json, fetched))) context.terminal.out(table(fetched, columns));
    });
  sources
    .command('forget')
    .description('drop the copies of a source; sessions read from it stay')
    .argument('<source...>', 'addresses or keys')
    .action(async (words: string[]) => {
      const client = await context.client();
      for (const source of words) {
        const { address, freedBytes } = await client('sources.forget', { source });
        context.terminal.out(`${address}: ${megabytes(freedBytes)} freed\n`);
      }
    });
  sources
    .command('verify')
    .description('hold every copy against its hash')
    .action(async () => {
      const { files, damaged } = await follow(context, 'sources.verify.start', {});
      context.terminal.out(
        `${files} files, ${damaged.length} damaged${damaged.length > 0 ? ' (dropped)' : ''}\n`,
      );
      if (damaged.length > 0) context.exitCode = exitCodes.nothing;
    });
}

async function list(context: Context, options: JsonOption): Promise<void> {
  const listed = await (await context.client())('sources.list', {});
  if (await giveJson(context, options.json, listed)) return;
  const { kinds, presets, fetched, byteLength, mostBytes } = listed;
  context.terminal.out(
    [
      'Addresses:\n',
      ...kinds.map(({ form, title }) => `  ${form}\n      ${title}\n`),
      '\nPresets:\n',
      ...presets.map(({ name, title, family }) => `  preset:${name}  --family ${family}\n      ${title}\n`),
      `\nFetched: ${megabytes(byteLength)} of at most ${megabytes(mostBytes)}\n`,
      fetched.length === 0 ? '' : table(fetched, columns),
    ].join(''),
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

const columns: readonly Column<FetchedSource>[] = [
  { title: 'key', of: ({ key }) => key },
  { title: 'address', of: ({ address }) => address },
  { title: 'revision', of: ({ revision }) => revision?.slice(0, 12) ?? null },
  { title: 'files', of: ({ files }) => files },
  { title: 'MB', of: ({ byteLength }) => byteLength / 1e6, digits: 1 },
  { title: 'fetched', of: ({ fetchedAt }) => fetchedAt.slice(0, 16) },
  { title: 'folder', of: ({ folder }) => folder },
];
