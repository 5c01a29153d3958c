/** Findings as sentences for people, made from their evidence alone. */
import type { FindingCode } from '../../../contract/words.ts';

export type Evidence = Readonly<Record<string, unknown>>;

function number(evidence: Evidence, name: string): number {
  const value = evidence[name];
  return typeof value === 'number' ? value : Number.NaN;
}

function percent(share: number): string {
  const value = Math.abs(share) * 100;
  return `${value < 9.5 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value)} %`;
}

function plain(value: number): string {
  if (!Number.isFinite(value)) return '?';
  if (Math.abs(value) < 0.0005) return '0';
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

function times(ratio: number): string {
  return ratio < 10 ? ratio.toFixed(1) : String(Math.round(ratio));
}

/** "than in the night's 20 other frames" as far as the evidence says with how many it was compared. */
function than(evidence: Evidence): string {
  const frames = number(evidence, 'comparedWith');
  return frames > 0 ? ` than in the night's best ${Math.round(frames)} frames` : ' than usual';
}

function frames(evidence: Evidence): string {
  const count = Math.round(number(evidence, 'comparedWith'));
  return count > 0 ? `${count} other frames` : 'other frames';
}

function against(evidence: Evidence): string {
  const frames = number(evidence, 'comparedWith');
  return frames > 0 ? ` (trend of ${Math.round(frames)} frames)` : '';
}

const sentences: Readonly<Record<FindingCode, (e: Evidence) => string>> = {
  trail: (e) => {
    const dashed = number(e, 'fill') < 0.6 ? 'dashed trail' : 'trail';
    const where = `from (${plain(number(e, 'x1'))}, ${plain(number(e, 'y1'))}) to (${plain(number(e, 'x2'))}, ${plain(number(e, 'y2'))})`;
    return `${dashed} of ${plain(number(e, 'length'))} px ${where}, ${plain(number(e, 'snr'))} sigma per pixel`;
  },
  cloud: (e) => {
    const deepest = number(e, 'deepestLoss');
    const kind = deepest > 0.5 ? 'thick cloud' : deepest > 0.15 ? 'cloud' : 'thin cloud';
    return `${kind}: stars up to ${percent(deepest)} dimmer${than(e)}, ${percent(Math.max(0, number(e, 'meanLoss')))} on the whole`;
  },
  veil: (e) => `thin veil: all stars ${percent(number(e, 'loss'))} dimmer${than(e)}`,
  occlusion: (e) => {
    const where = `blocked field: ${percent(number(e, 'share'))} of it at the ${e.side}`;
    if (Number.isFinite(number(e, 'skyDarker')))
      return `${where} with the sky ${percent(number(e, 'skyDarker'))} darker than its usual shape in ${frames(e)}`;
    const missing = `${plain(number(e, 'starsMissing'))} of ${plain(number(e, 'starsExpected'))}`;
    return `${where} without its stars (${missing} missing that ${frames(e)} show)`;
  },
  defocus: (e) =>
    Number.isFinite(number(e, 'imagesPerStar'))
      ? overlapping(e)
      : `out of focus: stars ${plain(number(e, 'fwhm'))} px wide, ${percent(number(e, 'excess'))} more than the ${plain(number(e, 'usualFwhm'))} px usual at that time${against(e)}`,
  dew: (e) =>
    `dew: stars ${percent(number(e, 'excess'))} wider and ${percent(number(e, 'loss'))} dimmer than usual at that time${against(e)}`,
  elongation: (e) => {
    const angle = number(e, 'angleDegrees');
    const usual = number(e, 'comparedWith') > 0 ? "the night's" : 'a usual';
    const direction = Number.isFinite(angle) ? `, all at ${angle}°` : '';
    return `elongated stars: ellipticity ${number(e, 'ellipticity').toFixed(2)} against ${usual} ${number(e, 'usualEllipticity').toFixed(2)}${direction}`;
  },
  doubleStars: (e) => {
    const share = number(e, 'share');
    if (!(share >= 0.2))
      return `double stars: ${percent(number(e, 'lightBeside'))} more light beside the stars' cores`;
    const shift = e.shift as { dx: number; dy: number } | null;
    const by = shift ? `, ${plain(Math.hypot(shift.dx, shift.dy))} px apart` : '';
    return `double stars: ${percent(share)} of the stars show twice${by}`;
  },
  brightSky: (e) =>
    `bright sky: ${percent(number(e, 'excess'))} above the night's trend (light above the camera's pedestal: ${plain(number(e, 'background'))} against ${plain(number(e, 'usualBackground'))} ADU)`,
  strayLight: (e) =>
    `stray light: sky up to ${percent(number(e, 'peak'))} brighter than its usual shape around (${e.x}, ${e.y})`,
  staticGlow: (e) =>
    `glow in a corner: sky up to ${percent(number(e, 'peak'))} brighter than its usual shape around (${e.x}, ${e.y})`,
  saturation: (e) => {
    const usual = number(e, 'comparedWith') > 0 ? `, ${percent(number(e, 'usualFraction'))} usually` : '';
    return `over-exposed: ${percent(number(e, 'saturatedFraction'))} of the pixels are full${usual}`;
  },
  hotPixels: (e) =>
    `storm of hot pixels: ${plain(number(e, 'count'))}, usually ${plain(number(e, 'usualCount'))} new ones`,
  cosmicRays: (e) =>
    `storm of cosmic-ray hits: ${plain(number(e, 'count'))}, usually ${plain(number(e, 'usualCount'))}`,
  blank: (e) => {
    if (e.constant === true) return 'blank frame: no sky noise and no star';
    const stars = `blank frame: ${plain(number(e, 'stars'))} stars`;
    return Number.isFinite(number(e, 'usualBackground'))
      ? `${stars} and a sky of ${plain(number(e, 'background'))} ADU where ${plain(number(e, 'usualBackground'))} is usual`
      : `${stars} and a noise of ${plain(number(e, 'noise'))} ADU where ${plain(number(e, 'usualNoise'))} is usual`;
  },
  fewStars: (e) => {
    if (e.noiseless === true)
      return 'nothing vouches for its stars: its sky has no noise at all, as in drawings and in smoothed or clipped pictures';
    if (e.noiseless === false)
      return `no stars: none of its ${plain(number(e, 'stars'))} lights has a shape that can be measured`;
    const usual = number(e, 'usualStars');
    if (!Number.isFinite(usual)) return 'no stars found';
    return `few stars: ${plain(number(e, 'stars'))} where ${Math.round(usual)} are usual (${times(usual / Math.max(1, number(e, 'stars')))} times fewer)`;
  },
  truncated: (e) =>
    `cut short: ${plain(number(e, 'validRows'))} of ${plain(number(e, 'rows'))} rows are there`,
  unreadable: () => 'cannot be read',
};

/** A doubt about a frame alone; see the detector of crowding. */
function overlapping(e: Evidence): string {
  return `out of focus: stars overlap all over the field (one in ${plain(number(e, 'imagesPerStar'))} star images), so their width of ${plain(number(e, 'fwhm'))} px cannot be trusted without other frames to compare`;
}

/** One sentence for a finding. Doubtful ones (confidence below one half) say so. */
export function describeFinding(code: FindingCode, evidence: Evidence, confidence: number): string {
  const sentence = sentences[code](evidence);
  return confidence < 0.5 ? `perhaps ${sentence}` : sentence;
}
