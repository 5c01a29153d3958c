/**
 * The score of the Numenta Anomaly Benchmark, standard profile (Lavin and Ahmad 2015): early detections within a window
 * count most, alarms elsewhere cost little each, missed windows cost one. One threshold for the whole corpus, the best.
 * 0 is what silence gets, 100 a detection at the start of every window and no other alarm.
 */

export interface NabFile {
  /** One for each row, growing with strangeness. */
  readonly scores: ArrayLike<number>;
  /** First and last row of each window of an anomaly, rising. */
  readonly windows: readonly (readonly [first: number, last: number])[];
}

export interface NabResult {
  readonly score: number;
  readonly threshold: number;
}

const falseAlarmWeight = 0.11;
/** Rows before anything is scored: this share of a file, counting at most so many rows of it. */
const probationShare = 0.15;
const probationRows = 5000;

/** What a detection weighs by its place: most at the start of a window (-1), nothing at its end (0), a loss behind it. */
function placeWeight(place: number): number {
  return place > 3 ? -1 : 2 / (1 + Math.exp(5 * place)) - 1;
}

interface ScoredRow {
  readonly score: number;
  /** Number of the window over all files; -1 outside. */
  readonly window: number;
  readonly weight: number;
}

/**
 * @param files windows that end within the probation of their file do not count: nobody could detect them
 * @returns the score, 0 for silence (less is impossible: the threshold may be out of reach)
 */
export function nabScore(files: readonly NabFile[]): NabResult {
  let windows = 0;
  const rows: ScoredRow[] = [];
  for (const file of files) {
    const counting = file.windows.filter(([, last]) => last >= probationOf(file));
    for (const row of scoredRows({ ...file, windows: counting }, windows)) rows.push(row);
    windows += counting.length;
  }
  rows.sort((a, b) => b.score - a.score);
  const best = new Float64Array(windows).fill(-1);
  // nothing detected: every window missed
  let total = -windows;
  let highest = { score: total, threshold: Number.POSITIVE_INFINITY };
  for (let place = 0; place < rows.length; place++) {
    const { score, window, weight } = rows[place]!;
    if (window < 0) total += weight;
    else if (weight > best[window]!) {
      total += weight - best[window]!;
      best[window] = weight;
    }
    if (rows[place + 1]?.score === score) continue;
    if (total > highest.score) highest = { score: total, threshold: score };
  }
  if (windows === 0) return { score: highest.score, threshold: highest.threshold };
  return { score: (100 * (highest.score + windows)) / (2 * windows), threshold: highest.threshold };
}

function probationOf({ scores }: NabFile): number {
  return Math.floor(probationShare * Math.min(probationRows, scores.length));
}

function scoredRows(file: NabFile, firstWindow: number): ScoredRow[] {
  const { scores, windows } = file;
  const start = probationOf(file);
  const rows: ScoredRow[] = [];
  let next = 0;
  for (let row = 0; row < scores.length; row++) {
    while (next < windows.length && row > windows[next]![1]) next += 1;
    if (row < start) continue;
    const window = windows[next];
    const score = scores[row]!;
    if (window && row >= window[0]) {
      const place = -(window[1] - row + 1) / (window[1] - window[0] + 1);
      rows.push({ score, window: firstWindow + next, weight: placeWeight(place) / placeWeight(-1) });
      continue;
    }
    const before = windows[next - 1];
    const place = before ? (row - before[1]) / Math.max(1, before[1] - before[0]) : Number.POSITIVE_INFINITY;
    rows.push({ score, window: -1, weight: falseAlarmWeight * placeWeight(place) });
  }
  return rows;
}
