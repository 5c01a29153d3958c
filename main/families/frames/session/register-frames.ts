/**
 * Lays the frames of a group over one another by their stars. Frames under one name that show different fields
 * (a mosaic panel, a target without a name) fall into separate fields here.
 */
import type { FrameRecord, StarTable } from '../record.ts';
import { starFlags } from '../record.ts';
import {
  identityTransform,
  isFlipped,
  matchStars,
  type SkyTransform,
  type StarField,
  starField,
} from './match-stars.ts';
import { median } from './robust-statistics.ts';

/** Frames that show the same stars. */
export interface RegisteredField {
  /** Positions in the group's member list. */
  readonly members: readonly number[];
  /** Frame to the field's reference frame; null when its stars could not be found again. */
  readonly transforms: readonly (SkyTransform | null)[];
  readonly flipped: readonly boolean[];
  /** Usable stars of each frame: indices into its star table, brightest first. */
  readonly usable: readonly Int32Array[];
  /** Distance within which stars are the same, px. */
  readonly tolerance: number;
}

/** Stars taken along for each frame; more cost time and tell nothing new. */
const mostStars = 1500;
/** Fields need this many frames to stand by themselves. */
const fewestFramesOfField = 3;

/** Splits a group into fields; frames that match none stay with the largest, unmatched. */
export function registerFrames(records: readonly FrameRecord[]): RegisteredField[] {
  const usable = records.map((record) => usableStars(record.stars));
  const fields = records.map((record, k) => fieldOf(record.stars, usable[k]));
  const tolerance = matchTolerance(records);
  const left = new Set(records.map((_, k) => k));
  const found: { members: number[]; transforms: Map<number, SkyTransform> }[] = [];
  while (left.size > 0) {
    const best = bestRegistration(records, fields, [...left], tolerance);
    if (best === null || (found.length > 0 && best.size < fewestFramesOfField)) break;
    found.push({ members: [...best.keys()], transforms: best });
    for (const k of best.keys()) left.delete(k);
  }
  if (found.length === 0) found.push({ members: [], transforms: new Map() });
  found.sort((p, q) => q.members.length - p.members.length);
  found[0].members.push(...left);
  return found.map(({ members, transforms }) => {
    const sorted = members.sort((p, q) => p - q);
    const aligned = sorted.map((k) => transforms.get(k) ?? null);
    return {
      members: sorted,
      transforms: aligned,
      flipped: aligned.map((t) => t !== null && isFlipped(t)),
      usable: sorted.map((k) => usable[k]),
      tolerance,
    };
  });
}

function usableStars(stars: StarTable): Int32Array {
  const kept: number[] = [];
  for (let i = 0; i < stars.count && kept.length < mostStars; i++) {
    if ((stars.flags[i] & starFlags.nearEdge) === 0 && stars.flux[i] > 0 && stars.snr[i] > 0) kept.push(i);
  }
  return Int32Array.from(kept);
}

function fieldOf(stars: StarTable, usable: Int32Array): StarField {
  const x = Float32Array.from(usable, (i) => stars.x[i]);
  const y = Float32Array.from(usable, (i) => stars.y[i]);
  return starField(x, y, usable.length);
}

function matchTolerance(records: readonly FrameRecord[]): number {
  const fwhm = median(records.map((record) => record.measurements.fwhm ?? Number.NaN));
  return Math.max(2, 0.8 * (Number.isFinite(fwhm) ? fwhm : 3));
}

/** Tries a few rich frames as the reference and keeps the one that most others match. */
function bestRegistration(
  records: readonly FrameRecord[],
  fields: readonly StarField[],
  candidates: readonly number[],
  tolerance: number,
): Map<number, SkyTransform> | null {
  const rich = candidates
    .filter((k) => fields[k].count >= 4)
    .sort((p, q) => fields[p].count - fields[q].count || p - q);
  if (rich.length === 0) return null;
  let best: Map<number, SkyTransform> | null = null;
  const tried = new Set<number>();
  for (const share of [0.75, 0.5, 0.9, 0.3]) {
    const seed = rich[Math.min(rich.length - 1, Math.floor(share * rich.length))];
    if (tried.has(seed)) continue;
    tried.add(seed);
    const matched = matchAll(records, fields, rich, seed, tolerance);
    if (best === null || matched.size > best.size) best = matched;
    if (best.size >= 0.6 * candidates.length) break;
  }
  return best;
}

function matchAll(
  records: readonly FrameRecord[],
  fields: readonly StarField[],
  candidates: readonly number[],
  seed: number,
  tolerance: number,
): Map<number, SkyTransform> {
  const matched = new Map<number, SkyTransform>([[seed, identityTransform]]);
  for (const k of candidates) {
    if (k === seed) continue;
    const match = matchStars(fields[k], fields[seed], records[seed], tolerance);
    if (match !== null) matched.set(k, match.transform);
  }
  return matched;
}
