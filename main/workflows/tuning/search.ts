/** The search itself: asks the pruner what is next, judges it, writes it down, until nothing is left. */
import { isNightsiftError, NightsiftError } from '../../../contract/errors.ts';
import type { DatasetVersion } from '../../library/datasets.ts';
import type { StoredTrial, Study, TrialScore } from '../../library/studies.ts';
import type { Step } from '../../tuning/pruners/pruner.ts';
import { findPruner } from '../../tuning/pruners.ts';
import type { Settings } from '../../tuning/space.ts';
import { plannedCost, standing } from '../../tuning/studies.ts';
import type { TrainOptions } from '../training/train-options.ts';
import type { TrainPorts } from '../training/training-run.ts';
import { definitionOf, type StudyDefinition, settingsOf } from './definition.ts';
import { commonFailure } from './hopeless.ts';
import { openTrialJudge, type TrialJudge } from './judge-trial.ts';
import { resourceFor, smallestShareOf } from './resources.ts';
import { trialsOf } from './trials.ts';

/** What ends a study rather than a trial: another time the same settings may do. */
const endings = [
  ...['cancelled', 'cannotOpen', 'diskFull', 'libraryBusy', 'libraryDamaged', 'notFound'],
  ...['wrongUse', 'internal', 'crashed', 'timedOut'],
];

interface BestTrial {
  readonly settings: Settings;
  /** The one that was searched for. */
  readonly figure: number;
  readonly figures: TrialScore['figures'];
}

/** Goes on from what is written. The best trial. Errors: cancelled, diskFull, and what every trial failed with. */
export async function search(
  ports: TrainPorts,
  study: Study,
  version: DatasetVersion,
  options: TrainOptions,
): Promise<BestTrial> {
  const { library } = ports;
  const definition = definitionOf(study);
  const judge = openTrialJudge(ports, version, definition, study.id);
  const pruner = findPruner(definition.pruner);
  const smallest = smallestShare(ports, version, definition, library.studies.trials(study.id), judge.items);
  const total = plannedCost(pruner, library.studies.trials(study.id).length, smallest);
  for (;;) {
    const stored = library.studies.trials(study.id);
    const failure = commonFailure(stored);
    if (failure !== null) throw hopeless(failure, stored);
    const { next, best } = standing(pruner, trialsOf(definition, stored), smallest);
    if (next === null) return bestOf(definition, stored, best);
    const trial = stored[next.number]!;
    const spent = stored.flatMap(({ scores }) => scores).reduce((sum, { share }) => sum + share, 0);
    const tell = (part: number) =>
      options.onProgress?.({
        phase: 'trying settings',
        done: Math.round(1000 * Math.min(total, spent + part * next.share)),
        total: Math.max(1, Math.round(1000 * total)),
        note: `trial ${next.number + 1} of ${stored.length}`,
      });
    tell(0);
    const score = await scoreOf(judge, trial, next, options, tell);
    library.studies.addScore(study.id, next.number, score);
    options.onMessage?.(sentenceOf(definition, trial, next, score));
  }
}

/** Of the trials the one that needs most says where little begins. */
function smallestShare(
  ports: TrainPorts,
  version: DatasetVersion,
  definition: StudyDefinition,
  trials: readonly StoredTrial[],
  items: number,
): number {
  return trials.reduce((largest, { settings }) => {
    const { recipe, parameters } = settingsOf(ports, version, definition, settings as Settings);
    return Math.max(largest, smallestShareOf(recipe, parameters, definition.resource, items));
  }, 0);
}

async function scoreOf(
  judge: TrialJudge,
  trial: StoredTrial,
  { share }: Step,
  options: TrainOptions,
  tell: (part: number) => void,
): Promise<TrialScore> {
  const begun = performance.now();
  const seconds = () => (performance.now() - begun) / 1000;
  try {
    const { figures, deviations } = await judge.judge(trial.settings as Settings, share, {
      signal: options.signal,
      onPausable: options.onPausable,
      onProgress: tell,
    });
    return { share, figures, deviations, error: null, seconds: seconds() };
  } catch (thrown) {
    // settings that diverge are worse than any others; the search goes on without them
    if (!isNightsiftError(thrown) || endings.includes(thrown.code)) throw thrown;
    return { share, figures: {}, deviations: {}, error: thrown.message, seconds: seconds() };
  }
}

function sentenceOf(
  { figure, resource, recipe }: StudyDefinition,
  { number, settings }: StoredTrial,
  { share }: Step,
  { figures, error }: TrialScore,
): string {
  const of = resourceFor(String(settings.recipe ?? recipe), resource);
  const part = share === 1 ? '' : `, 1/${Math.round(1 / share)} of the ${of}`;
  const result = error === null ? `${figure} ${figures[figure]?.toFixed(4) ?? 'undefined'}` : error;
  return `Trial ${number + 1}${part}: ${result} (${settingsText(settings)})`;
}

/** `trees=200 columns=sqrt`, numbers to four digits. */
export function settingsText(settings: StoredTrial['settings']): string {
  return Object.entries(settings)
    .map(
      ([name, value]) =>
        `${name}=${typeof value === 'number' ? Number(value.toPrecision(4)) : String(value)}`,
    )
    .join(' ');
}

function bestOf(definition: StudyDefinition, trials: readonly StoredTrial[], best: number | null): BestTrial {
  if (best !== null) {
    const { settings, scores } = trials[best]!;
    const { figures } = scores.find(({ share }) => share === 1)!;
    return { settings: settings as Settings, figure: figures[definition.figure]!, figures };
  }
  const errors = trials.flatMap(({ scores }) => scores.flatMap(({ error }) => error ?? []));
  const reason = errors[0] ?? `No trial has a figure "${definition.figure}".`;
  throw new NightsiftError('notEnoughData', reason, {
    hint: 'nightsift studies show tells how each trial ended.',
    details: { trials: trials.length },
  });
}

function hopeless(reason: string, trials: readonly StoredTrial[]): NightsiftError {
  const tried = trials.filter(({ scores }) => scores.length > 0).length;
  return new NightsiftError('notEnoughData', reason, {
    hint: `The first ${tried} of ${trials.length} trials, whose settings differ, all failed for this reason; the others were not tried.`,
    details: { trials: trials.length, tried },
  });
}
