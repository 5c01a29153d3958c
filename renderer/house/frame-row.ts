/** One frame of a session as screens use it, unpacked from the columns that the host sends. */
import type { FrameColumns, RowStatus } from '../../contract/calls/frames.ts';
import {
  type FindingCode,
  type FrameLabel,
  type FrameMeasurements,
  findingCodes,
  type LabelAuthor,
} from '../../contract/words.ts';

export type FigureName = keyof FrameMeasurements;

export interface FrameRow {
  /** Place in the session's order of time. */
  readonly index: number;
  readonly item: number;
  /** Relative to the session's folder. */
  readonly file: string;
  /** Its last part. */
  readonly name: string;
  readonly status: RowStatus;
  readonly label: FrameLabel | null;
  readonly labelledBy: LabelAuthor | null;
  readonly score: number | null;
  readonly prefilterScore: number | null;
  readonly modelScore: number | null;
  /** Milliseconds since 1970, UTC. */
  readonly time: number | null;
  readonly exposureSeconds: number | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly filter: string | null;
  readonly object: string | null;
  readonly findings: readonly FindingCode[];
  readonly figures: Readonly<Record<FigureName, number | null>>;
}

export function rowsOf(columns: FrameColumns): FrameRow[] {
  const words = findingLists();
  const names = Object.keys(columns.measurements) as FigureName[];
  return columns.item.map((item, index) => ({
    index,
    item,
    file: columns.file[index],
    name: columns.file[index].slice(columns.file[index].lastIndexOf('/') + 1),
    status: columns.status[index],
    label: columns.label[index],
    labelledBy: columns.labelledBy[index],
    score: columns.score[index],
    prefilterScore: columns.prefilterScore[index],
    modelScore: columns.modelScore[index],
    time: columns.time[index],
    exposureSeconds: columns.exposureSeconds[index],
    width: columns.width[index],
    height: columns.height[index],
    filter: columns.filter.values[columns.filter.index[index]] ?? null,
    object: columns.object.values[columns.object.index[index]] ?? null,
    findings: words(columns.findings[index]),
    figures: Object.fromEntries(
      names.map((name) => [name, columns.measurements[name][index]]),
    ) as FrameRow['figures'],
  }));
}

/** Most frames share a few sets of findings. */
function findingLists(): (bits: number) => readonly FindingCode[] {
  const known = new Map<number, readonly FindingCode[]>();
  return (bits) => {
    let list = known.get(bits);
    if (list === undefined) {
      list = findingCodes.filter((_, place) => (bits & (1 << place)) !== 0);
      known.set(bits, list);
    }
    return list;
  };
}
