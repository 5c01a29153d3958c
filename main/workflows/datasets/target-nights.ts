/** Which target-night a frame belongs to, and which frames are near-duplicates of each other. */
import type { FrameFingerprint } from '../work/frame-tasks.ts';
import type { Candidate } from './candidates.ts';

/**
 * A pause of this length in the exposures ends a night. Shorter than any day outside the polar summer; a night
 * interrupted by hours of rain stays one.
 */
const nightPauseMilliseconds = 7 * 3600 * 1000;

/** Milliseconds since 1970 of the exposure; null without a usable date. */
export function exposureTime(candidate: Pick<Candidate, 'header'>): number | null {
  const text = candidate.header?.dateObs;
  if (text == null) return null;
  const withZone = /(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`;
  const time = Date.parse(withZone);
  return Number.isFinite(time) ? time : null;
}

/**
 * A name for the target-night of each candidate, in their order. Frames without a target take the most common
 * one of their night; frames without a date are of one night for each folder.
 */
export function targetNights(candidates: readonly Candidate[]): string[] {
  const nights = nightsOf(candidates);
  const targets = candidates.map((candidate) => plainName(candidate.header?.object ?? null));
  const commonest = new Map<string, string>();
  for (const night of new Set(nights)) {
    const named = targets.filter((target, index) => nights[index] === night && target !== '');
    commonest.set(night, mostFrequent(named) ?? '');
  }
  return nights.map((night, index) => `${targets[index] || commonest.get(night)} ${night}`.trim());
}

function nightsOf(candidates: readonly Candidate[]): string[] {
  const times = candidates.map(exposureTime);
  const order = times.flatMap((time, index) => (time === null ? [] : [{ time, index }]));
  order.sort((one, other) => one.time - other.time);
  const nights = candidates.map(
    ({ session, file }) => `${session}/${file.split('/').slice(0, -1).join('/')}`,
  );
  let night = '';
  order.forEach(({ time, index }, position) => {
    const before = order[position - 1]?.time ?? Number.NEGATIVE_INFINITY;
    if (time - before > nightPauseMilliseconds) night = new Date(time).toISOString().slice(0, 16);
    nights[index] = night;
  });
  return undatedToDated(candidates, times, nights);
}

/** A frame without a date lies in the night of the dated frames of its folder, if they are all of one. */
function undatedToDated(
  candidates: readonly Candidate[],
  times: readonly (number | null)[],
  nights: readonly string[],
): string[] {
  const folderOf = ({ session, file }: Candidate) => `${session}/${file.split('/').slice(0, -1).join('/')}`;
  const dated = new Map<string, Set<string>>();
  candidates.forEach((candidate, index) => {
    if (times[index] === null) return;
    const folder = folderOf(candidate);
    dated.set(folder, (dated.get(folder) ?? new Set()).add(nights[index]));
  });
  return nights.map((night, index) => {
    const known = times[index] === null ? dated.get(folderOf(candidates[index])) : undefined;
    return known?.size === 1 ? [...known][0] : night;
  });
}

/** "NGC  7000", "ngc_7000" and "NGC7000" are one target. */
function plainName(object: string | null): string {
  return (object ?? '')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}+-]/gu, '');
}

function mostFrequent(words: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort((one, other) => other[1] - one[1])[0]?.[0];
}

/** Centres of a star in two copies of one exposure differ less than this, px; two exposures dither and jitter more. */
const samePlacePixels = 0.02;
/** And its fluxes less than this: photon noise of two exposures is larger but for the very brightest stars. */
const sameFluxShare = 0.003;
const fewestStars = 8;

/** A calibrated or converted copy keeps its stars within this, px. */
const sameFieldPixels = 1.5;
const sameFieldShare = 0.6;

/**
 * Index of the first near-duplicate for each frame (its own where there is none): the same view, the same
 * exposure by its header (of the same stars), or the same stars to within less than noise. O(n^2) with an
 * early way out.
 */
export function nearDuplicates(
  candidates: readonly Candidate[],
  fingerprints: readonly FrameFingerprint[],
): number[] {
  const first = candidates.map((_, index) => index);
  const seen = new Map<string, number>();
  candidates.forEach((candidate, index) => {
    const { viewHash } = fingerprints[index];
    const view = viewHash === null ? null : `view ${viewHash}`;
    for (const key of [view, exposureKey(candidate)]) {
      if (key === null) continue;
      const known = seen.get(key);
      if (known === undefined) seen.set(key, index);
      else if (key === view || haveSameField(fingerprints[known], fingerprints[index]))
        join(first, known, index);
    }
  });
  for (let one = 0; one < candidates.length; one += 1) {
    for (let other = one + 1; other < candidates.length; other += 1) {
      if (haveSameStars(fingerprints[one], fingerprints[other])) join(first, one, other);
    }
  }
  return first.map((_, index) => rootOf(first, index));
}

/** One camera begins one exposure at a time: date to the fraction of a second, camera, filter, exposure time. */
function exposureKey(candidate: Candidate): string | null {
  const { header } = candidate;
  if (header?.dateObs == null || !/T\d\d:\d\d:\d\d/.test(header.dateObs)) return null;
  return ['exposure', header.dateObs, header.camera, header.filter, header.exposureSeconds].join(' ');
}

/** Two cameras (or two simulations) may begin at the same second: then the stars differ. */
function haveSameField(one: FrameFingerprint, other: FrameFingerprint): boolean {
  const count = one.stars.length / 3;
  if (count < fewestStars || other.stars.length < 3 * fewestStars) return true; // nothing speaks against it
  let found = 0;
  for (let star = 0; star < one.stars.length; star += 3) {
    for (let mate = 0; mate < other.stars.length; mate += 3) {
      const isNear =
        Math.abs(one.stars[star] - other.stars[mate]) < sameFieldPixels &&
        Math.abs(one.stars[star + 1] - other.stars[mate + 1]) < sameFieldPixels;
      if (!isNear) continue;
      found += 1;
      break;
    }
  }
  return found >= sameFieldShare * count;
}

function haveSameStars(one: FrameFingerprint, other: FrameFingerprint): boolean {
  const count = one.stars.length;
  if (count !== other.stars.length || count < 3 * fewestStars) return false;
  if (one.width !== other.width || one.height !== other.height) return false;
  for (let star = 0; star < count; star += 3) {
    if (Math.abs(one.stars[star] - other.stars[star]) > samePlacePixels) return false;
    if (Math.abs(one.stars[star + 1] - other.stars[star + 1]) > samePlacePixels) return false;
    const flux = one.stars[star + 2];
    if (Math.abs(flux - other.stars[star + 2]) > sameFluxShare * Math.abs(flux)) return false;
  }
  return true;
}

function rootOf(first: readonly number[], index: number): number {
  let root = index;
  while (first[root] !== root) root = first[root];
  return root;
}

function join(first: number[], one: number, other: number): void {
  const [low, high] = [rootOf(first, one), rootOf(first, other)].sort((a, b) => a - b);
  first[high] = low;
}
