import type { NightsiftHandlers } from '../../../contract/api.ts';
import { NightsiftError } from '../../../contract/errors.ts';
import { openJobBoard } from '../../../main/engine/job-board.ts';
import { runCommandLine } from '../../../main/hosts/cli/run.ts';
import { trialTerminal } from './trial-terminal.ts';

/** Handlers that record what they are asked; those a test needs are its own. */
export function trialHouse(own: Partial<NightsiftHandlers> = {}) {
  const asked: { method: string; input: unknown }[] = [];
  const jobs = openJobBoard({ now: () => new Date(0), milliseconds: () => 0 });
  const common: Partial<NightsiftHandlers> = {
    'jobs.cancel': ({ job }) => jobs.cancel(job),
    'jobs.result': ({ job }) => jobs.result(job),
    'jobs.watch': ({ job, after }, { signal }) => jobs.watch(job, after, signal),
  };
  const handlers = new Proxy({ ...common, ...own } as NightsiftHandlers, {
    get(all, method: string) {
      const handler = all[method as keyof NightsiftHandlers] as (input: unknown, options: object) => unknown;
      return (input: unknown, options: object) => {
        asked.push({ method, input });
        if (handler === undefined) throw new NightsiftError('notFound', `nothing for ${method}`);
        return handler(input, options);
      };
    },
  });
  const opened: (string | undefined)[] = [];
  let closed = 0;
  return {
    jobs,
    asked,
    opened,
    closings: () => closed,
    door: {
      version: '1.2.3',
      async open({ library }: { library: string | undefined }) {
        opened.push(library);
        const close = async () => {
          closed += 1;
        };
        return { handlers, notes: ['Run run-1 was interrupted.'], close };
      },
    },
  };
}

/** Types words at the command line. */
export async function run(words: string, house = trialHouse(), terminal = trialTerminal()) {
  const code = await runCommandLine(words.split(' ').filter(Boolean), terminal, house.door);
  return { code, terminal, house };
}
