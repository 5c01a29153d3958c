/** Figures of anomaly detection: by rows, by events, by ranges. */

/** Average precision: the mean over anomalies of the precision where each is found; equal scores together. Null without any. */
export function areaUnderPrecisionRecall(
  scores: ArrayLike<number>,
  strange: ArrayLike<number>,
): number | null {
  const order = Array.from({ length: scores.length }, (_, row) => row).sort(
    (a, b) => scores[b]! - scores[a]!,
  );
  const all = order.reduce((sum, row) => sum + strange[row]!, 0);
  if (all === 0) return null;
  let hits = 0;
  let area = 0;
  for (let place = 0; place < order.length; ) {
    // at least one, so that a score that is no number cannot stall
    let end = place + 1;
    let found = strange[order[place]!]!;
    while (end < order.length && scores[order[end]!] === scores[order[place]!])
      found += strange[order[end++]!]!;
    hits += found;
    area += (found / all) * (hits / end);
    place = end;
  }
  return area;
}

/** The chance that an anomaly scores above a usual row, equal scores counting half (Mann and Whitney). Null without both. */
export function areaUnderRoc(scores: ArrayLike<number>, strange: ArrayLike<number>): number | null {
  const order = Array.from({ length: scores.length }, (_, row) => row).sort(
    (a, b) => scores[a]! - scores[b]!,
  );
  let [usual, anomalies, wins] = [0, 0, 0];
  for (let place = 0; place < order.length; ) {
    // at least one, so that a score that is no number cannot stall
    let end = place + 1;
    let found = strange[order[place]!]!;
    while (end < order.length && scores[order[end]!] === scores[order[place]!])
      found += strange[order[end++]!]!;
    const others = end - place - found;
    wins += found * (usual + others / 2);
    usual += others;
    anomalies += found;
    place = end;
  }
  return usual === 0 || anomalies === 0 ? null : wins / (usual * anomalies);
}

/** Rows first … last. */
export interface RowRange {
  readonly first: number;
  readonly last: number;
}

export interface EventFigures {
  /** Share of the true events of which at least one row was found. */
  readonly recall: number;
  /** Share of the alarms that touch a true event. */
  readonly precision: number;
  readonly f1: number;
}

export function eventFigures(found: readonly RowRange[], truth: readonly RowRange[]): EventFigures {
  const touches = (a: RowRange, b: RowRange): boolean => a.first <= b.last && b.first <= a.last;
  const recall = share(
    truth.filter((event) => found.some((alarm) => touches(alarm, event))).length,
    truth.length,
  );
  const precision = share(
    found.filter((alarm) => truth.some((event) => touches(alarm, event))).length,
    found.length,
  );
  return {
    recall,
    precision,
    f1: precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0,
  };
}

/** Rows of events that were found, and rows found that are of events. */
export function rangeFigures(found: readonly RowRange[], truth: readonly RowRange[]): EventFigures {
  const overlap = (ranges: readonly RowRange[], others: readonly RowRange[]): number => {
    const shares = ranges.map((range) => {
      const rows = others.reduce(
        (sum, other) =>
          sum + Math.max(0, Math.min(range.last, other.last) - Math.max(range.first, other.first) + 1),
        0,
      );
      return rows / (range.last - range.first + 1);
    });
    return share(
      shares.reduce((sum, part) => sum + part, 0),
      ranges.length,
    );
  };
  const recall = overlap(truth, found);
  const precision = overlap(found, truth);
  return {
    recall,
    precision,
    f1: precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0,
  };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
