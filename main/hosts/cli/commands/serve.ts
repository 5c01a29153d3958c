/** nightsift serve and review: the workbench in a browser, from this very process. */
import { spawn } from 'node:child_process';
import { type Command, InvalidArgumentError } from 'commander';
import { isNightsiftError, NightsiftError } from '../../../../contract/errors.ts';
import { libraryFolderFor } from '../../../engine.ts';
import { type Access, newAccess, readAccess, writeAccess } from '../../edge/access-file.ts';
import { openEdgeHost } from '../../edge/edge-host.ts';
import { readPages } from '../../pages.ts';
import { wholeNumber } from '../arguments.ts';
import { absolute, type Context, type House } from '../context.ts';
import type { Terminal } from '../terminal.ts';

interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly allowHost: readonly string[];
  readonly folder: readonly string[];
  readonly open: boolean;
}

const usualPort = 4747;

const serveText = `
It listens on this machine only, unless --host says otherwise. The printed address holds a secret token: whoever has it
can use the workbench. The token is kept in the library's folder, readable by you alone; delete edge-access.json there
for a new one.

Examples:
  nightsift serve
  nightsift serve --host 0.0.0.0 --allow-host observatory.local --no-open
`;

export function addServe(program: Command, context: Context): void {
  hostOptions(program.command('serve'))
    .description('Open the workbench for a browser: the edge host.')
    .addHelpText('after', serveText)
    .action((options: ServeOptions, command: Command) =>
      openWorkbench(context, withGiven(options, command), '', async () => ''),
    );
}

export function addReview(program: Command, context: Context): void {
  hostOptions(program.command('review'))
    .description('Open the workbench at the review queue of a session.')
    .argument('<session>', 'name or id')
    .action((name: string, options: ServeOptions, command: Command) =>
      openWorkbench(
        context,
        withGiven(options, command),
        `/review/${encodeURIComponent(name)}`,
        async ({ client }) => {
          const { session } = await client('sessions.show', { session: name });
          return `/review/${encodeURIComponent(session.id)}`;
        },
      ),
    );
}

/** Serves until interrupted; a host that runs already has the library and shows `there` itself. */
async function openWorkbench(
  context: Context,
  options: GivenOptions,
  there: string,
  placeIn: (house: House) => Promise<string>,
): Promise<void> {
  const folders = foldersOf(context, options);
  const house = await context.house({ folders }).catch((thrown: unknown) => {
    const isBusy = isNightsiftError(thrown) && thrown.code === 'libraryBusy';
    const access = isBusy ? readAccess(libraryFolderFor(context.library)) : null;
    if (access?.origin == null) throw thrown;
    refuseOthers(access, options, folders);
    context.terminal.err('The workbench of this library is open already:\n');
    announce(context.terminal, access, there, options.open);
    return null;
  });
  if (house !== null) await serve(context, house, { ...options, folder: folders }, await placeIn(house));
}

interface GivenOptions extends ServeOptions {
  /** Those that a person wrote, not the usual values. */
  readonly given: ReadonlySet<string>;
}

function withGiven(options: ServeOptions, command: Command): GivenOptions {
  const names = ['host', 'port', 'allowHost', 'folder'];
  return { ...options, given: new Set(names.filter((name) => command.getOptionValueSource(name) === 'cli')) };
}

/** A host that runs keeps what it was started with. Errors: conflict, naming what differs. */
function refuseOthers({ origin, served }: Access, options: GivenOptions, folders: readonly string[]): void {
  const asked: Readonly<Record<string, unknown>> = {
    host: options.host,
    port: options.port,
    allowHost: options.allowHost,
    folder: folders,
  };
  const has: Readonly<Record<string, unknown>> =
    served === null
      ? {}
      : { host: served.host, port: served.port, allowHost: served.allowHosts, folder: served.folders };
  const words = (value: unknown) =>
    Array.isArray(value) ? value.join(', ') || 'none' : String(value ?? 'unknown');
  const differing = [...options.given]
    .filter((name) => words(asked[name]) !== words(has[name]))
    .filter((name) => name !== 'port' || options.port !== 0) // any will do
    .map(
      (name) =>
        `--${name === 'allowHost' ? 'allow-host' : name} ${words(asked[name])} (it has ${words(has[name])})`,
    );
  if (differing.length === 0) return;
  throw new NightsiftError(
    'conflict',
    `The workbench of this library is open at ${origin} with other options: ${differing.join('; ')}.`,
    { hint: 'Close it where it runs and start it again, or leave these options out.' },
  );
}

function foldersOf(context: Context, { folder }: ServeOptions): readonly string[] {
  return folder.length === 0 ? [context.terminal.home] : folder.map((word) => absolute(context, word));
}

function hostOptions(command: Command): Command {
  return command
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--port <n>', 'the port; 0 for any free one', wholeNumber(0, 65_535), usualPort)
    .option('--allow-host <name>', 'a further name that browsers may use for this machine', gathered, [])
    .option(
      '--folder <dir>',
      'a folder below which browsers may choose frames and targets (default: your home)',
      (word: string, before: readonly string[]) => [...before, word],
      [],
    )
    .option('--no-open', 'print the address, open no browser');
}

function gathered(word: string, before: readonly string[]): string[] {
  if (/^[\w.-]+(:\d+)?$|^\[[\da-f:]+\](:\d+)?$/i.test(word)) return [...before, word];
  throw new InvalidArgumentError('Expected a host name, without http:// and without a path.');
}

async function serve(
  { terminal }: Context,
  { client, far }: House,
  options: ServeOptions,
  to: string,
): Promise<void> {
  const { library } = await client('house.about', {});
  const kept = readAccess(library) ?? newAccess();
  const { host, port, allowHost, folder } = options;
  const edge = await openEdgeHost({
    far,
    pages: readPages(),
    tokens: { browser: kept.token, owner: kept.ownerToken },
    folders: folder,
    host,
    port,
    allowHosts: allowHost,
  });
  const served = { host, port: Number(new URL(edge.origin).port), allowHosts: allowHost, folders: folder };
  const access = { ...kept, origin: edge.origin, served };
  writeAccess(library, access);
  try {
    if (!isLoopback(host)) {
      terminal.err(
        `Listening on ${host}: everyone on that network who has the token can use this library, and what is sent is not encrypted.\n`,
      );
    }
    announce(terminal, access, to, options.open);
    await interrupted(terminal);
  } finally {
    await edge.close();
    writeAccess(library, { ...kept, origin: null, served: null });
  }
}

function announce(terminal: Terminal, { origin, token }: Access, to: string, open: boolean): void {
  const address = `${origin}/#token=${token}${to === '' ? '' : `&to=${to}`}`;
  terminal.out(`${address}\n`);
  if (open && terminal.interactive) openBrowser(terminal, address);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function interrupted(terminal: Terminal): Promise<void> {
  return new Promise((resolve) => {
    const stop = terminal.onInterrupt(() => {
      stop();
      terminal.err('Closing.\n');
      resolve();
    });
  });
}

/** A machine without a browser has the printed address. */
function openBrowser({ platform, environment }: Terminal, address: string): void {
  if (platform === 'linux' && !environment.DISPLAY && !environment.WAYLAND_DISPLAY) return;
  const [program, ...words] =
    platform === 'darwin'
      ? ['open', address]
      : platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', address]
        : ['xdg-open', address];
  const child = spawn(program as string, words, { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
