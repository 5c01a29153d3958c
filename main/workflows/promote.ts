/** Which version people's nights are judged with: promote, archive, roll back. Every change is kept with its reason. */
import type { ModelVersionRow } from '../../contract/calls/training.ts';
import { NightsiftError } from '../../contract/errors.ts';
import type { ModelVersion } from '../library/models.ts';
import type { Library } from '../library/open-library.ts';
import { modelRow } from './models.ts';

export interface StageDecision {
  readonly reason?: string | undefined;
  readonly by?: string | undefined;
}

export interface Promotion {
  readonly model: ModelVersionRow;
  /** The version that was in production until now. */
  readonly archived: ModelVersionRow | null;
}

/** Puts a version into production; the one before of its family and task is archived. Errors: notFound. */
export function promote(library: Library, reference: string, decision: StageDecision = {}): Promotion {
  return toProduction(library, library.models.need(reference), decision);
}

/** Marks a version as the next one: it judges nothing yet. In production it leaves the place empty. Errors: notFound. */
export function stage(library: Library, reference: string, decision: StageDecision = {}): Promotion {
  const version = library.models.need(reference);
  return {
    model: modelRow(library, library.models.setStage(version.id, 'staging', given(decision))),
    archived: null,
  };
}

/** Takes a version out of use; in production it leaves the place empty. Errors: notFound. */
export function archive(library: Library, reference: string, decision: StageDecision = {}): ModelVersionRow {
  const version = library.models.need(reference);
  return modelRow(library, library.models.setStage(version.id, 'archived', given(decision)));
}

/**
 * Puts back what was in production before. Repeated, it goes further back, and never to what it left.
 * @param reference a model whose family and task are meant; the only ones in use when left out
 * @throws NightsiftError `notFound`, `conflict` when nothing was there before
 */
export function rollback(library: Library, reference?: string, decision: StageDecision = {}): Promotion {
  const { family, task } = reference === undefined ? latestPromoted(library) : library.models.need(reference);
  const before = productionBefore(library, family, task);
  if (before === undefined) {
    throw new NightsiftError('conflict', `No earlier version for ${family}/${task} was in production.`, {
      hint: 'Promote a version by name.',
    });
  }
  return toProduction(library, before, { ...decision, reason: backReason(decision.reason) });
}

/** How going back is told in the history from promoting an old version anew. */
const wentBack = 'rolled back';

function backReason(reason: string | undefined): string {
  return reason === undefined ? wentBack : `${wentBack}: ${reason}`;
}

function toProduction(library: Library, version: ModelVersion, decision: StageDecision): Promotion {
  const before = library.models.inProduction(version.family, version.task);
  const now = library.models.setStage(version.id, 'production', given(decision));
  const replaced = before !== undefined && before.id !== now.id ? library.models.byId(before.id) : undefined;
  return {
    model: modelRow(library, now),
    archived: replaced === undefined ? null : modelRow(library, replaced),
  };
}

interface ProductionEvent {
  readonly id: number;
  readonly version: ModelVersion;
  /** It was gone back to. */
  readonly isBack: boolean;
}

/** Every entry into production, oldest first. */
function promotions(library: Library, chosen: (version: ModelVersion) => boolean): ProductionEvent[] {
  return library.models
    .list()
    .filter(chosen)
    .flatMap((version) =>
      library.models
        .stageHistory(version.id)
        .filter((event) => event.stage === 'production')
        .map(({ id, reason }) => ({ id, version, isBack: reason?.startsWith(wentBack) ?? false })),
    )
    .sort((one, other) => one.id - other.id);
}

function latestPromoted(library: Library): ModelVersion {
  const latest = promotions(library, () => true).at(-1);
  if (latest) return latest.version;
  throw new NightsiftError('conflict', 'No model has been in production yet.', {
    hint: 'Promote one: nightsift models promote NAME@VERSION.',
  });
}

/**
 * Replays the promotions as a pile: going back to the version below the top takes the top away, so that a second
 * rollback does not return to what was just left. What was promoted by name lies on top, an old version too.
 */
function productionBefore(library: Library, family: string, task: string): ModelVersion | undefined {
  const pile: ModelVersion[] = [];
  for (const { version, isBack } of promotions(
    library,
    (each) => each.family === family && each.task === task,
  )) {
    if (isBack && pile.at(-2)?.id === version.id) pile.pop();
    else if (pile.at(-1)?.id !== version.id) pile.push(version);
  }
  // With the place empty (its version archived by hand) going back means to that one.
  if (library.models.inProduction(family as ModelVersion['family'], task) === undefined) return pile.at(-1);
  return pile.at(-2);
}

function given({ reason, by }: StageDecision): { reason?: string; by?: string } {
  return { ...(reason === undefined ? {} : { reason }), ...(by === undefined ? {} : { by }) };
}
