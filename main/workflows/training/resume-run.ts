/** A run that was stopped, or had too few epochs, goes on. */
import { NightsiftError } from '../../../contract/errors.ts';
import type { ParameterValue } from '../../learning/recipes.ts';
import type { Library } from '../../library/open-library.ts';
import type { Run } from '../../library/runs.ts';
import { refuseForeignModelFile } from '../export-model.ts';
import { isResumable, runRow } from '../runs.ts';
import { requestOf } from './training-run.ts';

type GivenParameters = Readonly<Record<string, ParameterValue | null>>;

/**
 * With more epochs than it has had, a finished run goes on too.
 * Errors: notFound, conflict, wrongUse; wouldOverwrite where its model is to be written over a file of another kind.
 */
export function reopenedRun(library: Library, reference: string, given: GivenParameters): Run {
  const run = library.runs.need(reference);
  const epochs = epochsAsked(run, given);
  const isLonger = epochs !== null && run.kind === 'train' && epochs > runRow(library, run).epochs;
  if (!isResumable(run) && !(run.status === 'finished' && isLonger)) {
    const hint =
      run.status === 'finished' ? 'A finished run goes on with: --epochs N, N above what it has had.' : null;
    throw new NightsiftError('conflict', `Run ${run.id} is ${run.status}: there is nothing to go on with.`, {
      hint: hint ?? 'Runs that can be resumed are marked in: nightsift runs list.',
      details: { run: run.id, status: run.status },
    });
  }
  refuseForeignModelFile(requestOf(library, run).modelOutput);
  if (epochs !== null) library.runs.setParameter(run.id, 'epochs', epochs);
  return library.runs.reopen(run.id, { finishedToo: true });
}

/** Null when the run is to keep its own. */
function epochsAsked(run: Run, given: GivenParameters): number | null {
  const others = Object.keys(given).filter((name) => name !== 'epochs');
  if (others.length > 0) {
    throw new NightsiftError(
      'wrongUse',
      `A run that is resumed keeps its settings; ${others.join(', ')} cannot change.`,
      {
        hint: `Only epochs can be raised: nightsift train --resume ${run.id} --epochs N. For other settings start a new run.`,
      },
    );
  }
  if (given.epochs === undefined || given.epochs === null) return null;
  const epochs = Number(given.epochs);
  if (Number.isInteger(epochs) && epochs > 0) return epochs;
  throw new NightsiftError('wrongUse', `Setting epochs cannot be "${String(given.epochs)}".`, {
    hint: 'It takes a whole number from 1 on.',
  });
}
