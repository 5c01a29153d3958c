/** Studies and their trials as lists, screens and files show them. */
import type { StudyDetail, StudyRow, TrialRow } from '../../contract/calls/tuning.ts';
import type { ParameterValue } from '../learning/recipes.ts';
import type { Library } from '../library/open-library.ts';
import type { StoredTrial, Study } from '../library/studies.ts';
import { findPruner, pruners } from '../tuning/pruners.ts';
import { samplers } from '../tuning/samplers.ts';
import { takes } from '../tuning/space-input.ts';
import { namedSpaces } from '../tuning/spaces.ts';
import { type Standing, standing } from '../tuning/studies.ts';
import { referenceOf } from './models.ts';
import { dataSetName } from './runs.ts';
import { definitionOf, recipesOf, type StudyDefinition } from './tuning/definition.ts';
import { resourceFor } from './tuning/resources.ts';
import { trialsOf } from './tuning/trials.ts';

/** What its data lacks, a study lacks however often it goes on. */
export function isStudyResumable({ status, errorCode }: Study): boolean {
  if (status === 'failed' && errorCode === 'notEnoughData') return false;
  return ['interrupted', 'cancelled', 'failed'].includes(status);
}

/** The newest last. */
export function listStudies(library: Library): StudyRow[] {
  return library.studies.list().map((study) => {
    const trials = library.studies.trials(study.id);
    return studyRow(library, study, trials, standingOf(study, trials));
  });
}

/** Errors: notFound. */
export function showStudy(library: Library, reference: string): StudyDetail {
  const study = library.studies.need(reference);
  const definition = definitionOf(study);
  const trials = library.studies.trials(study.id);
  const stand = standingOf(study, trials);
  return {
    schema: 'nightsift.study/1',
    study: studyRow(library, study, trials, stand),
    space: definition.space.map((dimension) => ({
      name: dimension.name,
      takes: takes(dimension),
      isLogarithmic: dimension.kind !== 'choice' && dimension.scale === 'log',
    })),
    fixed: { ...definition.fixed },
    resource: [
      ...new Set(recipesOf(definition).map((recipe) => resourceFor(recipe, definition.resource))),
    ].join(', '),
    groupBy: definition.groupBy,
    trials: trials.map((trial, place) => trialRow(definition, trial, stand.states[place]!)),
    best: stand.best === null ? null : trials[stand.best]!.number + 1,
    error: study.errorCode === null ? null : { code: study.errorCode, message: study.errorMessage ?? '' },
  };
}

export function studyChoices() {
  const plain = ({ name, description }: { name: string; description: string }) => ({ name, description });
  return {
    samplers: samplers.map(plain),
    pruners: pruners.map(plain),
    spaces: namedSpaces.map(({ name, description, recipes }) => ({
      name,
      description,
      recipes: [...recipes],
    })),
  };
}

function standingOf(study: Study, trials: readonly StoredTrial[]): Standing {
  const definition = definitionOf(study);
  // where the search began is the least that anything was judged on
  const smallest = Math.min(1, ...trials.flatMap(({ scores }) => scores.map(({ share }) => share)));
  return standing(findPruner(definition.pruner), trialsOf(definition, trials), smallest);
}

function studyRow(library: Library, study: Study, trials: readonly StoredTrial[], stand: Standing): StudyRow {
  const definition = definitionOf(study);
  const model = library.models.list().find(({ runId }) => runId !== null && runId === study.runId);
  const best = stand.best === null ? undefined : trials[stand.best]!.scores.at(-1);
  return {
    id: study.id,
    name: study.name,
    family: study.family,
    state: study.status,
    recipes: recipesOf(definition),
    sampler: definition.sampler,
    pruner: definition.pruner,
    figure: definition.figure,
    folds: definition.folds,
    seed: definition.seed,
    dataSet: dataSetName(library, study.datasetVersionId),
    trials: trials.length,
    finished: stand.states.filter((state) => state === 'finished').length,
    best: best?.figures[definition.figure] ?? null,
    startedAt: study.startedAt,
    endedAt: study.endedAt,
    resumable: isStudyResumable(study),
    run: study.runId,
    model: model === undefined ? null : referenceOf(model),
  };
}

function trialRow({ figure }: StudyDefinition, trial: StoredTrial, state: TrialRow['state']): TrialRow {
  const last = trial.scores.at(-1);
  return {
    number: trial.number + 1,
    state,
    settings: trial.settings as Record<string, ParameterValue>,
    share: last?.share ?? null,
    figure: last?.figures[figure] ?? null,
    deviation: last?.deviations[figure] ?? null,
    figures: { ...last?.figures },
    seconds: trial.scores.reduce((sum, { seconds }) => sum + seconds, 0),
    error: last?.error ?? null,
  };
}
