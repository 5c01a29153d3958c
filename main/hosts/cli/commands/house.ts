/** nightsift doctor and demo. */

import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import type { DemoNight, DemoOutcome } from '../../../../contract/calls/house.ts';
import { wholeNumber } from '../arguments.ts';
import { absolute, type Context, follow, giveJson } from '../context.ts';
import { describeSeconds } from '../progress.ts';
import { table } from '../tables.ts';

export function addDoctor(program: Command, context: Context): void {
  program
    .command('doctor')
    .description('Check the library and its files against each other.')
    .option('--json [file]', 'the same for machines')
    .action(async ({ json }: { json?: string | true }) => {
      const outcome = await follow(context, 'doctor.start', {});
      if (!outcome.healthy) context.exitCode = 1;
      if (await giveJson(context, json, outcome)) return;
      for (const finding of outcome.findings) {
        const hint = finding.hint ? `\n       ${finding.hint}` : '';
        context.terminal.out(
          `${finding.ok ? 'ok    ' : 'wrong '} ${finding.check}: ${finding.sentence}${hint}\n`,
        );
      }
    });
}

const demoText = `
It simulates two nights, scans the first, reviews some of its frames as a person would (answers come from the
simulation's truth), trains, promotes, and lets the model judge and sort the second night. Everything stays inside DIR,
with a library of its own; running it again goes on from what is there.

Example:
  nightsift demo --frames 80 --out ~/nightsift-demo
`;

export function addDemo(program: Command, context: Context): void {
  program
    .command('demo')
    .description('Simulate a night and run the whole main job on it.')
    .option('--frames <n>', 'frames of each night', wholeNumber(16, 2000), 72)
    .option('--out <dir>', 'where everything goes (default: a folder among the temporary files)')
    .option('--seed <n>', 'seed of sky, defects and weights', wholeNumber(0), 1)
    .option('--json [file]', 'the summary for machines')
    .addHelpText('after', demoText)
    .action(async (options: { frames: number; out?: string; seed: number; json?: string | true }) => {
      const out = options.out
        ? absolute(context, options.out)
        : path.join(tmpdir(), `nightsift-demo-${context.terminal.user}`);
      // Never the person's own library.
      context.library = path.join(out, 'library');
      const outcome = await follow(context, 'demo.start', {
        out,
        frames: options.frames,
        seed: options.seed,
      });
      if (!(await giveJson(context, options.json, outcome)))
        context.terminal.out(demoSummary(outcome, commandWord(context)));
    });
}

/** What to type for this command here: in a clone it is npm that knows where it is. */
function commandWord({ terminal }: Context): string {
  return terminal.environment.npm_execpath === undefined ? 'nightsift' : 'npx nightsift';
}

function demoSummary(outcome: DemoOutcome, command: string): string {
  const nights = table(
    [
      { name: 'first night, judged by the prefilter', ...outcome.firstNight },
      { name: 'second night, with the model', ...outcome.secondNight },
    ],
    [
      { title: 'agreement with the truth', of: (row) => row.name },
      { title: 'frames', of: (row: DemoNight) => row.frames },
      { title: 'clean kept', of: (row: DemoNight) => row.cleanKept, digits: 2 },
      { title: 'contaminated not called clean', of: (row: DemoNight) => row.contaminatedCaught, digits: 2 },
      { title: 'in review', of: (row: DemoNight) => row.inReview, digits: 2 },
      { title: 'failed', of: (row: DemoNight) => row.failed },
    ],
  );
  const sorted = Object.entries(outcome.sorted).map(([label, count]) => `${count} ${label}`);
  const accuracy = outcome.modelBalancedAccuracy?.toFixed(2) ?? '–';
  const library = `--library ${JSON.stringify(outcome.library)}`;
  return `
${nights}
Model ${outcome.model} from run ${outcome.run} and data set ${outcome.dataSet}
  balanced accuracy of the model alone on the second night, which it never saw: ${accuracy}
  exported file agrees with the trainer to ${outcome.exportDifference.toExponential(1)}
Sorted into ${outcome.sortedInto}: ${sorted.join(', ')}
Done in ${describeSeconds(outcome.elapsedSeconds)}. Look around with
  ${command} sessions show ${JSON.stringify(outcome.secondNight.session)} ${library}
  ${command} models show ${outcome.model} ${library}
  ${command} runs show ${outcome.run} ${library}
`;
}
