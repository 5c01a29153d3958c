/** A run that was stopped, or had too few epochs, goes on. */
import { NightsiftError } from '../../../contract/errors.ts';
import { givenParameters } from '../../learning/recipes.ts';
import { findTrainable } from '../../learning/trainables.ts';
import type { Library } from '../../library/open-library.ts';
import type { Run } from '../../library/runs.ts';
import { refuseForeignModelFile } from '../export-model.ts';
import { isResumable, recipeKey, runRow } from '../runs.ts';
import type { TrainSettings } from './new-run.ts';
import { requestOf } from './training-run.ts';
import type { VersionInput } from './version-for.ts';

type ResumeInput = Pick<TrainSettings, 'parameters'> & { readonly resume: string };

/**
 * With more epochs than it has had, a finished run goes on too. What is refused leaves the run as it was.
 * Errors: notFound, conflict (nothing to go on with), wrongUse (what cannot change, an epoch count that cannot be);
 * wouldOverwrite where its model is to be written over a file of another kind.
 */
export function reopenedRun(library: Library, input: ResumeInput & TrainSettings & VersionInput): Run {
  const run = library.runs.need(input.resume);
  refuseBesides(run, input);
  const { epochs: done } = runRow(library, run);
  const epochs = run.kind === 'train' ? epochsAsked(library, run, input) : null;
  const isLonger = epochs !== null && epochs > done;
  if (!isResumable(run) && !(run.status === 'finished' && isLonger)) {
    const hint =
      run.status === 'finished' ? 'A finished run goes on with: --epochs N, N above what it has had.' : null;
    throw new NightsiftError('conflict', `Run ${run.id} is ${run.status}: there is nothing to go on with.`, {
      hint: hint ?? 'Runs that can be resumed are marked in: nightsift runs list.',
      details: { run: run.id, status: run.status },
    });
  }
  if (epochs !== null && epochs < done) {
    throw new NightsiftError('wrongUse', `Run ${run.id} has had ${done} epochs, more than ${epochs}.`, {
      hint: `Leave --epochs out to go on as it was begun, or give ${done} or more.`,
      details: { run: run.id, epochs: done },
    });
  }
  refuseForeignModelFile(requestOf(library, run).modelOutput);
  return library.transaction(() => {
    if (epochs !== null) library.runs.setParameter(run.id, 'epochs', epochs);
    return library.runs.reopen(run.id, { finishedToo: true });
  });
}

/** What makes a run what it is; beside `resume` it would be passed over in silence. */
const settled = [
  'dataSet',
  'paths',
  'label',
  'recipe',
  'seed',
  'name',
  'backbone',
  'teacher',
  'engine',
  'promote',
  'modelOutput',
] as const;

function refuseBesides(run: Run, input: TrainSettings & VersionInput): void {
  const besides = [
    ...settled.filter((name) => input[name] !== undefined && input[name] !== false),
    ...(Object.keys(input.where ?? {}).length > 0 ? ['where'] : []),
    ...Object.keys(input.parameters ?? {}).filter((name) => name !== 'epochs'),
  ];
  if (besides.length === 0) return;
  throw new NightsiftError(
    'wrongUse',
    `A run that is resumed keeps its settings; ${besides.join(', ')} cannot change.`,
    {
      hint: `Only epochs can be raised: nightsift train --resume ${run.id} --epochs N. For other settings start a new run.`,
    },
  );
}

/** Null when the run is to keep its own. */
function epochsAsked(library: Library, run: Run, { parameters }: ResumeInput): number | null {
  const asked = parameters?.epochs ?? null;
  if (asked === null) return null;
  const recipe = findTrainable(String(library.runs.parameters(run.id)[recipeKey]));
  return Number(givenParameters(recipe, { epochs: asked }).epochs);
}
