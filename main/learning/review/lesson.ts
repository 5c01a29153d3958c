/** What one batch of reviews teaches: new probabilities, the order in which to go on, and whether it still pays. */
import { NightsiftError } from '../../../contract/errors.ts';
import { askHead, fitHead, freshHead, type HeadItems, type HeadPrior } from './head.ts';
import { type ProposedItem, proposeReviews, type ReviewOutlook, reviewOutlook } from './order.ts';

export interface LessonInput {
  readonly items: HeadItems;
  /** Per item: 0 or 1 where a person said so, -1 elsewhere. */
  readonly labels: Int8Array;
  /** Items that may be proposed, and on which the outlook is drawn. */
  readonly asked: Int32Array;
  /** How many to propose. */
  readonly count: number;
  /** What other nights told of the columns, which then have to come scaled. */
  readonly prior?: HeadPrior | undefined;
}

export interface Lesson {
  /** P(second class) of every item. */
  readonly probabilities: Float32Array;
  readonly proposals: readonly ProposedItem[];
  readonly outlook: ReviewOutlook;
  /** Labels that were learned from. */
  readonly labels: number;
}

/** @throws NightsiftError `badInput` when the arrays do not fit or an opinion is no number */
export function reviewLesson({ items: given, labels, asked, count, prior }: LessonInput): Lesson {
  checkItems(given, labels);
  const items = { ...given, rows: scaledColumns(given) };
  const known = Int32Array.from(labels.keys()).filter((item) => labels[item] !== -1);
  const truth = Int32Array.from(known, (item) => labels[item]!);
  const head =
    known.length === 0 ? freshHead(items.width, prior) : fitHead(itemsAt(items, known), truth, prior);
  const unreviewed = asked.filter((item) => labels[item] === -1);
  return {
    probabilities: askHead(head, items).probabilities,
    proposals: proposeReviews(head, items, unreviewed, count),
    outlook: reviewOutlook(head, itemsAt(items, unreviewed)),
    labels: known.length,
  };
}

function checkItems({ rows, width, opinions }: HeadItems, labels: Int8Array): void {
  const fits = rows.length === width * opinions.length && labels.length === opinions.length;
  if (fits && opinions.every(Number.isFinite)) return;
  throw new NightsiftError('badInput', 'The figures of the reviewed frames cannot be learned from.', {
    hint: 'Scan the session again, then review on.',
    details: { values: rows.length, width, items: opinions.length, labels: labels.length },
  });
}

/** Columns that come scaled (within +-10) stay; others get their mean and deviation over all items. */
const scaledLimit = 10;

/** A figure that could not be measured counts as typical. */
function scaledColumns({ rows, width }: HeadItems): Float32Array {
  const scaled = Float32Array.from(rows);
  for (let column = 0; column < width; column++) {
    const known: number[] = [];
    for (let place = column; place < rows.length; place += width) {
      if (Number.isFinite(rows[place]!)) known.push(rows[place]!);
    }
    const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
    const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const isScaled = known.every((value) => Math.abs(value) <= scaledLimit);
    const deviation = isScaled ? 1 : Math.sqrt(squares / known.length) || 1;
    const centre = isScaled ? 0 : mean;
    for (let place = column; place < rows.length; place += width) {
      const value = rows[place]!;
      scaled[place] = ((Number.isFinite(value) ? value : mean) - centre) / deviation;
    }
  }
  return scaled;
}

function itemsAt({ rows, width, opinions }: HeadItems, places: Int32Array): HeadItems {
  const chosen = new Float32Array(places.length * width);
  places.forEach((place, index) => {
    chosen.set(rows.subarray(place * width, (place + 1) * width), index * width);
  });
  return { rows: chosen, width, opinions: Float32Array.from(places, (place) => opinions[place]!) };
}
