/** How labels and statuses are said and drawn: a word, a shape, a colour, never the colour alone. */
import type { FindingCode } from '../../contract/words.ts';

export type VerdictKind = 'clean' | 'contaminated' | 'review' | 'failed' | 'skipped' | 'waiting';

export const verdictWords: Readonly<Record<VerdictKind, string>> = {
  clean: 'Clean',
  contaminated: 'Contaminated',
  review: 'Review',
  failed: 'Unreadable',
  skipped: 'Left out',
  waiting: 'Waiting',
};

/** What is shown for a frame: what cannot be read or is not yet measured comes before the label. */
export function verdictOf(row: { status: string; label: string | null }): VerdictKind {
  if (row.status !== 'ok') return row.status as VerdictKind;
  return (row.label as VerdictKind | null) ?? 'waiting';
}

/** Why no model's word stands beside an item. `production`: `NAME@VERSION` of the model that judges now, if any. */
export function silenceOfModel(production: string | null, isReadable: boolean, made: string): string {
  if (production === null) return `No model is in production yet. Train one on your ${made}.`;
  if (!isReadable) return `${production} cannot judge what could not be read.`;
  return `${production} has not judged this: the session was scanned before it was promoted. Scan it again.`;
}

export const findingWords: Readonly<Record<FindingCode, string>> = {
  trail: 'Trail',
  cloud: 'Cloud',
  veil: 'Veil',
  occlusion: 'Blocked field',
  defocus: 'Defocus',
  elongation: 'Elongated stars',
  doubleStars: 'Double stars',
  brightSky: 'Bright sky',
  strayLight: 'Stray light',
  staticGlow: 'Static glow',
  dew: 'Dew',
  saturation: 'Saturation',
  hotPixels: 'Hot pixels',
  cosmicRays: 'Cosmic rays',
  blank: 'Blank',
  fewStars: 'Few stars',
  truncated: 'Cut short',
  unreadable: 'Unreadable',
};

export const authorWords: Readonly<Record<string, string>> = {
  prefilter: 'Prefilter',
  model: 'Model',
  person: 'Person',
};
