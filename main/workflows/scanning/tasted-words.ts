/** The prefilter's word about frames of a camera for which an observer's taste is in force. */
import { figuresOfTaste, opinionsByTaste, renamedTaste, type Taste } from '../../learning/review/taste.ts';
import type { Library } from '../../library/open-library.ts';
import type { Session } from '../../library/sessions.ts';
import type { StoredTaste } from '../../library/tastes.ts';
import { codeVersionOf, type FrameFamily } from '../frame-family.ts';
import type { WorkOptions } from '../progress.ts';
import { type FigurePorts, type FramedItem, framedItem, rowsOf, toldSize } from './learnable.ts';

export interface TastedWord {
  /** P(clean) as this observer sees it; the judge's own where nothing that was learned bears on the frame. */
  readonly score: number;
  /** Names judge and taste. */
  readonly by: string;
  /** Null where the score is the judge's. */
  readonly reason: string | null;
}

interface TastedFrame extends FramedItem {
  readonly itemId: number;
  readonly file: string;
  readonly score: number;
}

/** What a taste that holds is told apart by in a version: `prefilter+taste-3`. */
function tasteVersion({ id }: Pick<StoredTaste, 'id'>): string {
  return `prefilter+taste-${id}`;
}

/** How a camera is called where tastes are kept. */
export function cameraKey(camera: string | null): string {
  return camera ?? '';
}

/** Of the session's readable frames, as tastes know them. */
export function camerasOf(library: Library, session: Session): Set<string> {
  const measurements = [...library.measurements.newestOfSession(session.id).values()];
  return new Set(
    measurements.flatMap(({ status, header }) =>
      status === 'ok' ? [cameraKey(header?.camera ?? null)] : [],
    ),
  );
}

/** Number of the taste that is in force for a session's camera; of several cameras, for one that has any. */
export function tasteInForce(library: Library, session: Session): number | null {
  if (!library.tastes.exist()) return null;
  const numbers = [...camerasOf(library, session)].flatMap(
    (camera) => library.tastes.inForce(session.family, camera)?.id ?? [],
  );
  return numbers[0] ?? null;
}

/** By item. Frames whose camera has no taste are left out, and all where a taste no longer fits, which `onMessage` is told. */
export function tastedWords(
  ports: FigurePorts,
  session: Session,
  { onMessage }: Pick<WorkOptions, 'onMessage'>,
): Map<number, TastedWord> {
  const words = new Map<number, TastedWord>();
  if (!ports.library.tastes.exist()) return words;
  for (const [camera, frames] of framesByCamera(ports, session)) {
    const taste = ports.library.tastes.inForce(session.family, camera);
    if (taste === undefined) continue;
    const misfit = misfitOf(taste, ports.family);
    if (misfit !== null) {
      onMessage?.(
        `Taste ${taste.id} is passed over: ${misfit}. Learn it again: nightsift learn SESSION --apply.`,
      );
      continue;
    }
    wordsBy(taste, ports.family, frames).forEach((word, index) => {
      words.set(frames[index]!.itemId, word);
    });
  }
  return words;
}

function framesByCamera(ports: FigurePorts, session: Session): Map<string, TastedFrame[]> {
  const { library } = ports;
  const judgements = library.measurements.judgements(session.id);
  const byCamera = new Map<string, TastedFrame[]>();
  for (const item of library.sessions.items(session.id, { presentOnly: true })) {
    const judgement = judgements.get(item.id);
    const framed = framedItem(ports, session, item, judgement);
    if (framed === null || judgement === undefined) continue;
    const frame = { ...framed, itemId: item.id, file: item.file, score: judgement.score };
    const camera = cameraKey(framed.camera);
    const others = byCamera.get(camera);
    if (others === undefined) byCamera.set(camera, [frame]);
    else others.push(frame);
  }
  return byCamera;
}

/** Why a taste cannot be used with this code; null where it can. */
function misfitOf(taste: StoredTaste, family: FrameFamily): string | null {
  if (taste.codeVersion !== codeVersionOf(family))
    return `it was learned from figures of ${taste.codeVersion}, which are measured by ${codeVersionOf(family)} now`;
  const names = new Set(family.reviewing.figureNames);
  const missing = [...figuresOfTaste(taste.posterior as Taste<string>)].filter((name) => !names.has(name));
  return missing.length === 0 ? null : `its figures ${missing.join(', ')} are not measured any more`;
}

function wordsBy(stored: StoredTaste, family: FrameFamily, frames: readonly TastedFrame[]): TastedWord[] {
  const { figureNames } = family.reviewing;
  const taste = renamedTaste(stored.posterior as Taste<string>, (name) => figureNames.indexOf(name));
  const opinions = Float32Array.from(frames, ({ score }) => 1 - score);
  return opinionsByTaste(taste, { ...rowsOf(frames), opinions }).map(({ probability, causes }, index) => {
    const by = tasteVersion(stored);
    if (causes.length === 0) return { score: frames[index]!.score, by, reason: null };
    const { because } = family.reviewing;
    const reasons = causes.map(({ question, answer }) => because(question, toldSize(answer, figureNames)));
    return { score: 1 - probability, by, reason: `${reasons.join('; ')} (taste ${stored.id})` };
  });
}
