import type { trainingCalls } from '../../contract/calls/training.ts';
import type { Handlers } from '../../contract/kinds.ts';
import { evaluateModel } from '../workflows/evaluate.ts';
import { predict } from '../workflows/predict.ts';
import { listRecipes } from '../workflows/recipes.ts';
import { learnFromReviews } from '../workflows/review-learning.ts';
import { applyTaste, forgetTaste } from '../workflows/review-taste.ts';
import { compareRuns, exportRun, listRuns, runCurves, showRun } from '../workflows/runs.ts';
import { train } from '../workflows/train.ts';
import { trainFromFits } from '../workflows/train-from-fits.ts';
import { runReport } from '../workflows/training/run-report.ts';
import { type Rooms, workOptions } from './rooms.ts';

export function trainingHandlers(rooms: Rooms): Handlers<typeof trainingCalls> {
  const { library, jobs } = rooms;
  return {
    'train.start': (input) =>
      jobs.start('train.start', input, (context) => train(rooms, input, workOptions(context))),
    'train-from-fits.start': (input) =>
      jobs.start('train-from-fits.start', input, (context) =>
        trainFromFits(rooms, input, workOptions(context)),
      ),
    'evaluate.start': (input) =>
      jobs.start('evaluate.start', input, (context) => evaluateModel(rooms, input, workOptions(context))),
    'predict.start': (input) =>
      jobs.start('predict.start', input, (context) => predict(rooms, input, workOptions(context))),
    'review.learn.start': (input) =>
      jobs.start('review.learn.start', input, (context) =>
        learnFromReviews(rooms, input, workOptions(context)),
      ),
    'review.taste.start': (input) =>
      jobs.start('review.taste.start', input, async (context) => {
        const options = workOptions(context);
        return input.action === 'apply'
          ? applyTaste(rooms, input, options)
          : forgetTaste(rooms, input.session, options);
      }),
    'runs.list': ({ limit }) => listRuns(library, limit),
    'runs.show': ({ run, points }) => showRun(library, run, points),
    'runs.curves': ({ runs, names, points }) => runCurves(library, runs, names, points),
    'runs.compare': ({ runs }) => compareRuns(library, runs),
    'runs.export': ({ run }) => exportRun(library, run),
    'runs.report': ({ run, format }) => runReport(library, run, format),
    'recipes.list': () => listRecipes(),
  };
}
