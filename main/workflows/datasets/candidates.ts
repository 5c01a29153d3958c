/** Items of scanned sessions that can enter a data set, with the label that counts for learning. */
import type { FrameHeader, FrameLabel } from '../../../contract/words.ts';
import type { Library } from '../../library/open-library.ts';
import type { Session } from '../../library/sessions.ts';
import { judgedItems } from '../scanning/opinions.ts';

export interface Candidate {
  readonly itemId: number;
  readonly session: string;
  readonly root: string;
  readonly file: string;
  readonly contentHash: string;
  readonly recordBlob: string;
  readonly features: Float32Array;
  readonly header: FrameHeader | null;
  readonly label: FrameLabel;
  /** Never a model: a model taught by itself learns nothing. */
  readonly labelledBy: 'person' | 'prefilter';
  readonly saidBy: string | null;
}

/**
 * Readable, judged items of the sessions, one for each content; persons before the prefilter. Of two copies
 * of one file the one with the newer word of a person counts. In order of session, then file.
 */
export function candidatesOf(
  library: Library,
  sessions: readonly Session[],
  measurementVersion: string,
): Candidate[] {
  const byContent = new Map<string, Candidate & { readonly saidAt: string }>();
  for (const session of sessions) {
    for (const { item, judgement, standing } of judgedItems(library, session)) {
      const voice = standing.person?.label != null ? standing.person : standing.prefilter;
      const features = judgement?.features ?? null;
      if (item.status !== 'ok' || item.contentHash === null || features === null || voice?.label == null)
        continue;
      const measurement = library.measurements.find(item.contentHash, measurementVersion);
      if (measurement?.recordBlob == null) continue;
      const candidate = {
        itemId: item.id,
        session: session.name,
        root: session.root,
        file: item.file,
        contentHash: item.contentHash,
        recordBlob: measurement.recordBlob,
        features,
        header: measurement.header,
        label: voice.label as FrameLabel,
        labelledBy: voice.author === 'person' ? ('person' as const) : ('prefilter' as const),
        saidBy: voice.by,
        saidAt: voice.at,
      };
      const known = byContent.get(item.contentHash);
      if (known === undefined || outranks(candidate, known)) byContent.set(item.contentHash, candidate);
    }
  }
  return [...byContent.values()].map(({ saidAt: _saidAt, ...candidate }) => candidate);
}

interface Ranked {
  readonly labelledBy: 'person' | 'prefilter';
  readonly saidAt: string;
}

function outranks(one: Ranked, other: Ranked): boolean {
  if (one.labelledBy !== other.labelledBy) return one.labelledBy === 'person';
  return one.labelledBy === 'person' && one.saidAt > other.saidAt;
}
