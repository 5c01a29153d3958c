/** nightsift learn: what the reviews so far teach, and which frames to look at next. */
import type { Command } from 'commander';
import { type Context, follow, giveJson, wrongUse } from '../context.ts';
import { table } from '../tables.ts';

export function addLearn(program: Command, context: Context): void {
  program
    .command('learn')
    .description('Learn from the reviews of a session\u2019s camera and name the frames to review next.')
    .argument('<session>')
    .option('--next <number>', 'how many frames to name', '20')
    .option('--other-cameras', 'learn from reviews of other cameras too')
    .option('--json [file]', 'the same for machines')
    .addHelpText('after', '\nExample:\n  nightsift learn m31 --next 10\n')
    .action(async (session: string, options: { next: string; otherCameras?: true; json?: string | true }) => {
      const count = Number(options.next);
      if (!Number.isInteger(count) || count < 1)
        throw wrongUse(`--next takes a number, not "${options.next}".`);
      const lesson = await follow(context, 'review.learn.start', {
        session,
        count,
        otherCameras: options.otherCameras === true,
      });
      if (await giveJson(context, options.json, lesson)) return;
      const queue = table(lesson.queue, [
        { title: 'review next', of: (row) => row.file },
        { title: 'P(clean)', of: (row) => row.score, digits: 2 },
      ]);
      const learned = lesson.learned.map(
        ({ sentence, certainty }) => `${sentence} (${certainty.toFixed(2)})\n`,
      );
      context.terminal.out(
        `Learned from ${lesson.reviewed} reviewed frames in ${lesson.elapsedSeconds.toFixed(1)} s. ${lesson.advice}\n${learned.join('')}${queue}`,
      );
    });
}
