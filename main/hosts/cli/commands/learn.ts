/** nightsift learn: what the reviews so far teach, which frames to look at next, and judging by it from now on. */
import { type Command, Option } from 'commander';
import { mostProposals, type TasteOutcome } from '../../../../contract/calls/training.ts';
import { wholeNumber } from '../arguments.ts';
import { type Context, follow, giveJson } from '../context.ts';
import { table } from '../tables.ts';

interface LearnOptions {
  readonly next: number;
  readonly otherCameras?: true;
  readonly apply?: true;
  readonly forget?: true;
  readonly json?: string | true;
}

const examples = `
Examples:
  nightsift learn m31 --next 10
  nightsift learn m31 --apply        judge the nights of this camera so, also those to come
  nightsift learn m31 --forget       judge them as before
`;

export function addLearn(program: Command, context: Context): void {
  program
    .command('learn')
    .description('Learn from the reviews of a session\u2019s camera and name the frames to review next.')
    .argument('<session>')
    .option('--next <number>', 'how many frames to name', wholeNumber(1, mostProposals), 20)
    .option('--other-cameras', 'learn from reviews of other cameras too')
    .addOption(
      new Option('--apply', 'keep what was learned and judge every night of this camera with it').conflicts(
        'forget',
      ),
    )
    .option('--forget', 'judge the nights of this camera without what was learned')
    .option('--json [file]', 'the same for machines')
    .addHelpText('after', examples)
    .action(async (session: string, options: LearnOptions) => {
      if (options.apply || options.forget) return changeTaste(context, session, options);
      const lesson = await follow(context, 'review.learn.start', {
        session,
        count: options.next,
        otherCameras: options.otherCameras === true,
      });
      if (await giveJson(context, options.json, lesson)) return;
      const queue = table(lesson.queue, [
        { title: 'review next', of: (row) => row.file },
        { title: 'P(clean)', of: (row) => row.score, digits: 2 },
      ]);
      const learned = lesson.learned.map(learnedLine);
      context.terminal.out(
        `Learned from ${lesson.reviewed} reviewed frames in ${lesson.elapsedSeconds.toFixed(1)} s. ${lesson.advice}\n${learned.join('')}${queue}`,
      );
    });
}

function learnedLine({
  sentence,
  certainty,
}: {
  readonly sentence: string;
  readonly certainty: number;
}): string {
  return `${sentence} ${Math.floor(100 * certainty)} % sure.\n`;
}

async function changeTaste(context: Context, session: string, options: LearnOptions): Promise<void> {
  const outcome = await follow(context, 'review.taste.start', {
    session,
    action: options.apply ? 'apply' : 'forget',
    otherCameras: options.otherCameras === true,
  });
  if (await giveJson(context, options.json, outcome)) return;
  const judged = outcome.sessions.map(
    (row) => `  ${row.session}: ${row.changed} ${row.changed === 1 ? 'label' : 'labels'} changed\n`,
  );
  context.terminal.out(`${tasteSentences(outcome)}${judged.join('')}`);
}

function tasteSentences({ taste, cameras, retired, sessions }: TasteOutcome): string {
  const places = cameras.map((camera) => (camera === '' ? 'frames whose header names no camera' : camera));
  const where = places.join(', ');
  const before = retired.length === 0 ? '' : ` in place of taste ${retired.join(', ')}`;
  if (taste === null) {
    return retired.length === 0
      ? `No taste was in force for ${where}.\n`
      : `Taste ${retired.join(', ')} is no longer in force for ${where}; nothing was deleted.\n`;
  }
  const from = taste.persons.length === 0 ? '' : ` of ${taste.persons.join(', ')}`;
  const learned = taste.learned.map(learnedLine);
  const nothing = sessions.some(({ changed }) => changed > 0)
    ? ''
    : 'The reviews so far agree with the judge: nothing is called otherwise for it.\n';
  return (
    `Taste ${taste.number}, learned from ${taste.reviewed} reviewed frames${from}, is in force for ${where}${before}.\n` +
    (learned.join('') || nothing)
  );
}
