/** In which order a person should look at frames, and how well two persons agree. */
import type { Agreement } from '../../../contract/calls/review.ts';
import { NightsiftError } from '../../../contract/errors.ts';
import { FrameLabel, frameLabels, type Thresholds } from '../../../contract/words.ts';
import type { Library } from '../../library/open-library.ts';
import { type SeenItem, seenItems } from '../looking/rows.ts';
import { findItem } from '../looking/show-frame.ts';
import { findSession } from '../sessions.ts';

type QueueKind = 'doubtful' | 'unseen' | 'all' | 'blind';

/**
 * The most doubtful first: frames labelled review by how near their score lies to the middle of the thresholds, then
 * the others by how near they lie to changing their label; equal ones in order of time. Errors: notFound.
 */
export function reviewQueue(
  library: Library,
  reference: string,
  which: QueueKind,
): { items: number[]; decided: number; lesson: null } {
  const session = findSession(library, reference);
  const thresholds = library.calibrations.thresholds(session.family, session);
  const judged = seenItems(library, session).filter(({ decision }) => decision !== null);
  const answered = library.secondAnswers.newest(session.id);
  const wanted = judged.filter((seen) => isWanted(seen, which, answered.has(seen.item.id)));
  const doubt = new Map(wanted.map((seen) => [seen.item.id, doubtOf(seen, thresholds)]));
  const items = wanted.map(({ item }) => item.id).sort((one, other) => doubt.get(other)! - doubt.get(one)!);
  return {
    items,
    decided: judged.filter(({ decision }) => decision?.labelledBy === 'person').length,
    lesson: null,
  };
}

function isWanted({ decision, item }: SeenItem, which: QueueKind, isAnswered: boolean): boolean {
  const byPerson = decision?.labelledBy === 'person';
  switch (which) {
    case 'doubtful':
      return !byPerson && decision?.label === 'review';
    case 'unseen':
      return !byPerson && item.status === 'ok';
    case 'blind':
      return byPerson && !isAnswered;
    default:
      return true;
  }
}

/** 0 (certain) to 1; frames in review come before all others. */
function doubtOf({ decision }: SeenItem, { clean, contaminated }: Thresholds): number {
  const score = decision?.score ?? 0.5;
  const middle = (clean + contaminated) / 2;
  const isReview = decision?.label === 'review';
  return (isReview ? 1 : 0) + (1 - Math.min(1, Math.abs(score - middle)));
}

/** Notes a blind second answer. Errors: notFound; conflict when nobody gave a first one. */
export function secondAnswer(
  library: Library,
  input: {
    readonly session: string;
    readonly id: string;
    readonly item: number;
    readonly label: FrameLabel;
    readonly by?: string | undefined;
  },
): { id: string; repeated: boolean } {
  const { item } = findItem(library, input.session, input.item);
  if (library.labels.standingOf(item.id).person?.label == null) {
    throw new NightsiftError('conflict', `${item.file} has no first answer to compare with.`, {
      hint: 'Decide it in the review queue first.',
      details: { file: item.file },
    });
  }
  const { id: itemId, contentHash } = item;
  const added = library.secondAnswers.add({
    id: input.id,
    itemId,
    contentHash,
    label: input.label,
    by: input.by ?? null,
  });
  return { id: input.id, repeated: !added };
}

/** First answers against blind second ones. Errors: notFound. */
export function agreement(library: Library, reference: string): Agreement {
  const session = findSession(library, reference);
  const answers = library.secondAnswers.newest(session.id);
  const pairs = seenItems(library, session).flatMap(({ item, standing }) => {
    const first = FrameLabel.safeParse(standing.person?.label);
    const second = FrameLabel.safeParse(answers.get(item.id)?.label);
    return first.success && second.success
      ? [{ item: item.id, file: item.file, first: first.data, second: second.data }]
      : [];
  });
  const counts = frameLabels.map((first) =>
    frameLabels.map(
      (second) => pairs.filter((pair) => pair.first === first && pair.second === second).length,
    ),
  );
  return {
    both: pairs.length,
    agree: pairs.filter(({ first, second }) => first === second).length,
    kappa: cohensKappa(counts),
    labels: [...frameLabels],
    counts,
    disagreements: pairs.filter(({ first, second }) => first !== second),
  };
}

/** (observed - expected) / (1 - expected) agreement (Cohen 1960); null without pairs or where chance alone agrees. */
export function cohensKappa(counts: readonly (readonly number[])[]): number | null {
  const total = counts.flat().reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const rows = counts.map((row) => row.reduce((sum, count) => sum + count, 0) / total);
  const columns = counts.map((_, at) => counts.reduce((sum, row) => sum + row[at], 0) / total);
  const observed = counts.reduce((sum, row, at) => sum + row[at], 0) / total;
  const expected = rows.reduce((sum, share, at) => sum + share * columns[at], 0);
  return expected >= 1 ? null : (observed - expected) / (1 - expected);
}
