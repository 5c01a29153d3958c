/** What the judges say of a session's items, put into label events; the decision is drawn from them. */
import type { FrameLabel, LabelAuthor, Thresholds } from '../../../contract/words.ts';
import { hardFindings, labelForScore } from '../../../contract/words.ts';
import type { LabelEvent } from '../../library/labels.ts';
import type { Judgement } from '../../library/measurements.ts';
import type { Library } from '../../library/open-library.ts';
import type { Item, Session } from '../../library/sessions.ts';
import { type Decision, decide, isHard, type Voice } from '../decide.ts';
import type { FrameFamily } from '../frame-family.ts';
import type { WorkOptions } from '../progress.ts';
import { tastedWords } from './tasted-words.ts';

/** An item that a model can be asked about. */
export interface PredictableItem {
  readonly itemId: number;
  readonly file: string;
  readonly contentHash: string;
  readonly recordBlob: string;
  readonly features: Float32Array;
}

export interface ModelOpinion {
  /** `NAME@VERSION`. */
  readonly model: string;
  /** P(clean) for each item, null where the model cannot say. */
  readonly scores: readonly (number | null)[];
}

/** The promoted model's word, null when none is in production. */
export type PredictOpinion = (
  items: readonly PredictableItem[],
  options: { readonly signal?: AbortSignal | undefined },
) => Promise<ModelOpinion | null>;

/** Everything known about one item of a session. */
export interface JudgedItem {
  readonly item: Item;
  readonly judgement: Judgement | undefined;
  readonly standing: Partial<Record<LabelAuthor, LabelEvent>>;
  /** Null for skipped items. */
  readonly decision: Decision | null;
}

/** All present items of a session with the decisions that hold and what they rest on. */
export function judgedItems(library: Library, session: Session): JudgedItem[] {
  const judgements = library.measurements.judgements(session.id);
  return decidedItems(library, session).map((decided) => ({
    ...decided,
    judgement: judgements.get(decided.item.id),
  }));
}

/** The same without measurements and findings; quick enough for lists of many sessions. */
export function decidedItems(library: Library, session: Session): Omit<JudgedItem, 'judgement'>[] {
  const standing = library.labels.standing(session.id);
  const hard = library.measurements.itemsWithFindings(session.id, hardFindings);
  return library.sessions.items(session.id, { presentOnly: true }).map((item) => {
    const voices = standing.get(item.id) ?? {};
    return { item, standing: voices, decision: decisionOf(item, voices, hard.has(item.id)) };
  });
}

/** One item alone, however many its session has. */
export function judgedItem(library: Library, item: Item): JudgedItem {
  const standing = library.labels.standingOf(item.id);
  const judgement = library.measurements.judgement(item.id);
  const decision = decisionOf(item, standing, isHard(judgement?.findings ?? []));
  return { item, judgement, standing, decision };
}

/** Null for skipped items. */
function decisionOf(item: Item, voices: JudgedItem['standing'], hard: boolean): Decision | null {
  if (item.status === 'skipped') return null;
  return decide({
    person: voiceOf(voices.person),
    model: voiceOf(voices.model),
    prefilter: voiceOf(voices.prefilter),
    hard,
  });
}

function voiceOf(event: LabelEvent | undefined): Voice | undefined {
  return event?.label == null ? undefined : { label: event.label as FrameLabel, score: event.score };
}

/** Items of a session that a model can be asked about: readable, measured, judged. */
export function predictableItems(
  library: Library,
  session: Session,
  measurementVersion: string,
): PredictableItem[] {
  const judgements = library.measurements.judgements(session.id);
  return library.sessions.items(session.id, { presentOnly: true }).flatMap((item) => {
    const features = judgements.get(item.id)?.features ?? null;
    if (item.status !== 'ok' || item.contentHash === null || features === null) return [];
    const recordBlob = library.measurements.find(item.contentHash, measurementVersion)?.recordBlob ?? null;
    if (recordBlob === null) return [];
    return [{ itemId: item.id, file: item.file, contentHash: item.contentHash, recordBlob, features }];
  });
}

interface OpinionOptions extends Pick<WorkOptions, 'onMessage' | 'signal'> {
  /** Items of which nothing new is noted. */
  readonly settled?: ReadonlySet<number> | undefined;
}

/**
 * Asks the promoted model about a session and notes its word; without one in production an older model's
 * word is withdrawn. Returns the model's name.
 */
export async function refreshModelOpinions(
  ports: { readonly library: Library; readonly predictOpinion?: PredictOpinion | undefined },
  session: Session,
  measurementVersion: string,
  options: OpinionOptions = {},
): Promise<string | null> {
  const { library } = ports;
  const items = predictableItems(library, session, measurementVersion).filter(
    ({ itemId }) => options.settled?.has(itemId) !== true,
  );
  const opinion = items.length === 0 ? null : ((await ports.predictOpinion?.(items, options)) ?? null);
  const thresholds = library.calibrations.thresholds(session.family, session);
  const batch = library.labels.newBatch();
  library.transaction(() => {
    const standing = library.labels.standing(session.id);
    items.forEach(({ itemId, contentHash }, index) => {
      const score = opinion?.scores[index] ?? null;
      if (score === null && standing.get(itemId)?.model?.label == null) return;
      const label = score === null ? null : labelForScore(score, thresholds);
      const by = opinion?.model ?? null;
      library.labels.addIfNew({ itemId, contentHash, author: 'model', label, score, by }, batch);
    });
  });
  return opinion?.model ?? null;
}

/** Notes the prefilter's word about every judged item, as the taste in force has it. */
export function notePrefilterOpinions(
  { library, family }: { readonly library: Library; readonly family: FrameFamily },
  session: Session,
  thresholds: Thresholds,
  options: OpinionOptions = {},
): void {
  const batch = library.labels.newBatch();
  library.transaction(() => {
    const judgements = library.measurements.judgements(session.id);
    const words = tastedWords({ library, family }, session, options);
    for (const { id, contentHash, status } of library.sessions.items(session.id, { presentOnly: true })) {
      const judgement = judgements.get(id);
      if (judgement === undefined || status === 'skipped' || options.settled?.has(id)) continue;
      const { score, by, reason } = words.get(id) ?? { score: judgement.score, by: null, reason: null };
      const label = isHard(judgement.findings) ? 'contaminated' : labelForScore(score, thresholds);
      library.labels.addIfNew(
        { itemId: id, contentHash, author: 'prefilter', label, score, by, reason },
        batch,
      );
    }
  });
}

/** A person's word about the same bytes in another session (a moved or copied night) holds here too. */
export function inheritPersonLabels(library: Library, session: Session): number {
  const batch = library.labels.newBatch();
  return library.transaction(() => {
    const standing = library.labels.standing(session.id);
    let inherited = 0;
    for (const { id, contentHash, status } of library.sessions.items(session.id, { presentOnly: true })) {
      if (contentHash === null || status === 'skipped' || standing.get(id)?.person !== undefined) continue;
      const said = library.labels.personByContent(contentHash);
      if (said === undefined || said.itemId === id) continue;
      library.labels.add(
        {
          itemId: id,
          contentHash,
          author: 'person',
          label: said.label,
          by: said.by,
          inheritedFromId: said.id,
        },
        batch,
      );
      inherited += 1;
    }
    return inherited;
  });
}
