/** Which channels of a site explain which findings, in the words that families share for them; the likeliest first. */
import type { FindingCode } from '../../../contract/words.ts';

/** Findings that nothing outside of the camera explains are left out. */
export const outsideCauses: Partial<Record<FindingCode, readonly string[]>> = {
  elongation: ['wind', 'guiding'],
  doubleStars: ['wind', 'guiding'],
  defocus: ['temperature', 'wind', 'guiding'],
  dew: ['humidity', 'temperature'],
  cloud: ['cloud', 'guideStar', 'humidity'],
  veil: ['cloud', 'guideStar', 'humidity'],
  occlusion: ['guideStar'],
  fewStars: ['cloud', 'guideStar', 'guiding'],
  blank: ['guideStar', 'cloud'],
  brightSky: ['skyQuality', 'cloud'],
  strayLight: ['skyQuality'],
};
