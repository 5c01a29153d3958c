/** nightsift simulate: a source that is made up, to try things on. */
import type { Command } from 'commander';
import { numberBetween, wholeNumber } from '../arguments.ts';
import { absolute, type Context, follow } from '../context.ts';

interface SimulateOptions {
  readonly family: string;
  readonly rows: number;
  readonly seed: number;
  readonly faultShare: number;
}

const examples = `
Examples:
  nightsift simulate log.csv --rows 20000 --seed 7
  nightsift train log.csv --family telemetry --label anomaly --name power
  nightsift simulate calm.csv --fault-share 0
`;

export function addSimulate(program: Command, context: Context): void {
  program
    .command('simulate')
    .description(
      'Write telemetry that is made up, with faults and their labels. Frames: see "nightsift demo".',
    )
    .argument('<file>', 'a file that is not there yet')
    .option('--family <family>', 'of what', 'telemetry')
    .option('--rows <n>', 'two of them a second', wholeNumber(100, 10_000_000), 20_000)
    .option('--seed <n>', 'the same seed gives the same bytes', wholeNumber(0), 1)
    .option('--fault-share <share>', 'of the rows, that faults cover, 0 to 0.5', numberBetween(0, 0.5), 0.02)
    .addHelpText('after', examples)
    .action(async (file: string, options: SimulateOptions) => {
      const written = await follow(context, 'simulate.start', { ...options, out: absolute(context, file) });
      context.terminal.out(`${written.file} (${written.byteLength} bytes)\n`);
    });
}
