/** Frames as reviews and tastes see them: readable, judged by today's code, their figures at hand. */
import type { ToldAnswer } from '../../learning/review/told.ts';
import type { Judgement } from '../../library/measurements.ts';
import type { Library } from '../../library/open-library.ts';
import type { Item, Session } from '../../library/sessions.ts';
import { codeVersionOf, type FrameFamily, type ToldSize } from '../frame-family.ts';

export interface FigurePorts {
  readonly library: Library;
  readonly family: FrameFamily;
}

export interface FramedItem {
  readonly camera: string | null;
  /** In the order of the family's `reviewing.figureNames`. */
  readonly figures: Float32Array;
}

/** Null where the frame could not be judged, or was by another version of the code. */
export function framedItem(
  { library, family }: FigurePorts,
  session: Session,
  item: Item,
  judgement: Judgement | undefined,
): FramedItem | null {
  const { features = null, measurements = null, codeVersion = '' } = judgement ?? {};
  if (item.status !== 'ok' || item.contentHash === null || features === null || measurements === null)
    return null;
  if (features.length !== family.featureNames.length || codeVersion !== codeVersionOf(family)) return null;
  const measured = library.measurements.find(item.contentHash, family.measurementVersion);
  if (measured === undefined) return null;
  return {
    camera: measured.header?.camera ?? null,
    figures: family.reviewing.figures(features, measurements, session),
  };
}

/** Rows of figures from a column on. */
export function rowsOf(
  frames: readonly Pick<FramedItem, 'figures'>[],
  first = 0,
): { rows: Float32Array; width: number } {
  const width = (frames[0]?.figures.length ?? 0) - first;
  const rows = new Float32Array(frames.length * width);
  frames.forEach(({ figures }, index) => {
    rows.set(figures.subarray(first), index * width);
  });
  return { rows, width };
}

/** What is told of a person, its figure by name. */
export function toldSize(answer: ToldAnswer, figureNames: readonly string[]): ToldSize {
  if (answer.kind === 'open') return 'open';
  return answer.kind === 'above'
    ? { figure: figureNames[answer.figure] as string, value: answer.threshold }
    : null;
}
