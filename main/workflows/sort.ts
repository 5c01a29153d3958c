/** Sorting a session into clean/, contaminated/ and review/; and taking such an operation back. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SortOutcome, UndoOutcome } from '../../contract/calls/sessions.ts';
import { NightsiftError } from '../../contract/errors.ts';
import type { Library } from '../library/open-library.ts';
import type { FileAction, Operation } from '../library/operations.ts';
import type { Session } from '../library/sessions.ts';
import { hashFile } from './files/hash-file.ts';
import { copiesAmongFrames, refuseFile } from './files/lies-in.ts';
import { isTaken, wouldOverwrite } from './files/place-file.ts';
import type { FrameFamily } from './frame-family.ts';
import type { WorkOptions } from './progress.ts';
import { judgedItems, type PredictOpinion, refreshModelOpinions } from './scanning/opinions.ts';
import { findSession } from './sessions.ts';
import { carryOut, type RefusedFile, recoverOperations, takeBack } from './sorting/journalled.ts';
import { type PlannedMove, planSort } from './sorting/plan.ts';

export { recoverOperations };

export interface SortPorts {
  readonly library: Library;
  readonly family: FrameFamily;
  readonly predictOpinion?: PredictOpinion | undefined;
}

export interface SortInput {
  readonly session: string;
  readonly into: string;
  readonly action: FileAction;
  readonly dryRun?: boolean | undefined;
}

export interface SortResult extends SortOutcome {
  /** Files left where they are, with the reason. */
  readonly refused: RefusedFile[];
}

/**
 * Sorts by the labels that hold now, the promoted model's word included. The plan is made and looked at
 * first, then journalled, then done file by file; nothing is ever overwritten. An interrupted one of the same
 * session, folder and action is gone on with. Errors: notFound, wrongUse, wouldOverwrite, cancelled, diskFull.
 */
export async function sortSession(
  ports: SortPorts,
  input: SortInput,
  options: WorkOptions = {},
): Promise<SortResult> {
  const { library } = ports;
  const session = findSession(library, input.session);
  const into = resolve(input.into);
  refuseFile(into);
  const { action } = input;
  const warning = action === 'move' ? null : copiesAmongFrames(session.root, into);
  if (warning !== null) options.onMessage?.(warning);
  const resumed = input.dryRun === true ? null : await goOn(library, { session, into, action }, options);
  await refreshModelOpinions(ports, session, ports.family.measurementVersion, options);
  const plan = planSort(judgedItems(library, session), session.root, into);
  const { todo, refused } = looked(plan, action);
  const common = {
    action,
    dryRun: input.dryRun ?? false,
    into,
    files: todo.map(shown),
    counts: countsOf(plan),
  };
  if (input.dryRun === true || todo.length === 0) return { operation: resumed, ...common, refused };
  const operation = library.operations.plan({ action, sessionId: session.id, destination: into }, todo);
  const left = await carryOut(library, operation, options);
  return { operation: operation.id, ...common, refused: [...refused, ...left] };
}

/** Ends an interrupted operation of the same kind; returns its id, null when there is none. */
async function goOn(
  library: Library,
  wanted: { readonly session: Session; readonly into: string; readonly action: FileAction },
  options: WorkOptions,
): Promise<string | null> {
  let resumed: string | null = null;
  for (const open of recoverOperations(library)) {
    const { sessionId, destination, action, status } = open;
    const isSame = sessionId === wanted.session.id && destination === wanted.into && action === wanted.action;
    if (!isSame || status === 'undoing') continue;
    await carryOut(library, open, options);
    resumed = open.id;
  }
  return resumed;
}

function shown({ source, target, label, role }: PlannedMove): SortOutcome['files'][number] {
  return { from: source, to: target, label, sidecar: role === 'sidecar' };
}

function countsOf(plan: readonly PlannedMove[]): Record<string, number> {
  const counts: Record<string, number> = { clean: 0, contaminated: 0, review: 0 };
  for (const { label, role } of plan) if (role === 'frame') counts[label] += 1;
  return counts;
}

/** Drops what is in place already, names what cannot be done, refuses to plan over a stranger's file. */
function looked(
  plan: readonly PlannedMove[],
  action: FileAction,
): { todo: PlannedMove[]; refused: RefusedFile[] } {
  const todo: PlannedMove[] = [];
  const refused: RefusedFile[] = [];
  for (const move of plan) {
    if (move.source === move.target) continue;
    const isSource = isTaken(move.source);
    if (isTaken(move.target)) {
      if (isInPlace(move, isSource, action)) continue;
      throw wouldOverwrite(move.target);
    }
    const problem = isSource ? changeOf(move) : 'it is no longer there; scan the folder again';
    if (problem === null) todo.push(move);
    else refused.push({ file: move.source, reason: problem });
  }
  return { todo, refused };
}

/** The target is what an earlier sort put there. */
function isInPlace(
  { source, target, contentHash }: PlannedMove,
  isSource: boolean,
  action: FileAction,
): boolean {
  if (action === 'move' && isSource) return false;
  const expected = contentHash ?? (isSource ? hashFile(source) : null);
  return expected === null || hashFile(target) === expected;
}

/** Why a frame is not the one that was judged. The quick look first: most files are as they were. */
function changeOf({ source, contentHash, facts }: PlannedMove): string | null {
  if (contentHash === null) return null;
  const { size, mtimeNs, ino } = statSync(source, { bigint: true });
  const isAsScanned =
    facts !== null &&
    Number(size) === facts.byteLength &&
    String(mtimeNs) === facts.modifiedNanoseconds &&
    String(ino) === facts.inode;
  if (isAsScanned || hashFile(source) === contentHash) return null;
  return 'it is no longer the file that was judged; scan the folder again';
}

/** Takes back an operation (default: the last). Errors: notFound, conflict, cancelled, diskFull. */
export async function undoOperation(
  library: Library,
  id: string | undefined,
  options: WorkOptions = {},
): Promise<UndoOutcome> {
  recoverOperations(library);
  const operation = id === undefined ? library.operations.lastDone() : library.operations.find(id);
  if (operation === undefined) {
    throw new NightsiftError(
      'notFound',
      id === undefined ? 'There is nothing to undo.' : `There is no operation "${id}".`,
      {
        hint: 'Operations are named when they are done; the last one is undone when none is named.',
      },
    );
  }
  if (operation.status === 'undone') {
    throw new NightsiftError('conflict', `Operation ${operation.id} was undone before.`);
  }
  const before = doneCount(library, operation);
  const left = await takeBack(library, operation, options);
  return { operation: operation.id, restored: before - doneCount(library, operation), left };
}

function doneCount(library: Library, operation: Operation): number {
  return library.operations.files(operation.id).filter((file) => file.status === 'done').length;
}
