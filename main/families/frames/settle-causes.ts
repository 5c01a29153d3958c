/** One defect, one finding: what a confident finding already explains is not told a second time. */
import type { FindingCode } from '../../../contract/words.ts';
import type { Suspicion } from './detectors/detector.ts';

/** A finding, and the findings that are mere consequences of it. */
const consequences: Partial<Record<FindingCode, readonly FindingCode[]>> = {
  blank: [
    'cloud',
    'veil',
    'occlusion',
    'fewStars',
    'defocus',
    'dew',
    'elongation',
    'doubleStars',
    'strayLight',
    'staticGlow',
  ],
  truncated: ['fewStars', 'occlusion', 'saturation'],
  doubleStars: ['defocus', 'dew', 'veil', 'fewStars'],
  elongation: ['defocus', 'dew', 'veil', 'fewStars'],
  dew: ['veil', 'fewStars'],
  defocus: ['veil', 'fewStars'],
  occlusion: ['cloud', 'fewStars', 'strayLight', 'staticGlow'],
  cloud: ['veil', 'fewStars'],
  veil: ['fewStars'],
  brightSky: ['fewStars', 'strayLight', 'staticGlow'],
}; // prettier-ignore

/** From here on a cause stands whatever else could be. */
const certain = 0.9;

/** Half and more looks right: what such a finding explains is doubted. */
const likely = 0.5;

/**
 * Whether a suspicion is told by another one already.
 * @param better confidence of the surest finding that it would be a consequence of
 */
function isExplained(confidence: number, better: number): boolean {
  return better >= likely && (better >= confidence || better >= certain);
}

/**
 * Whether a code is explained away where only the confidence of each code is known, not what it was seen by. Light from
 * a lamp and from the moon are told apart by what was seen: neither explains the other here.
 */
export function isConsequence(code: FindingCode, confidenceOf: (code: FindingCode) => number): boolean {
  return Object.entries(consequences).some(([cause, explained]) => {
    if (!explained.includes(code) || (cause === 'brightSky' && isPatch(code))) return false;
    return isExplained(confidenceOf(code), confidenceOf(cause as FindingCode));
  });
}

/** The suspicions worth telling, most confident first. */
export function settleCauses(suspicions: readonly Suspicion[]): Suspicion[] {
  const local = isLocal(suspicions);
  const sure = (code: FindingCode, least: number): boolean =>
    suspicions.some((one) => one.code === code && one.confidence >= least);
  const evenLoss = sure('veil', certain) && !sure('cloud', certain);
  const haloes = sure('dew', 0.5);
  const explained = new Map<FindingCode, number>();
  for (const { code, confidence } of suspicions) {
    if (local && code === 'brightSky') continue;
    const own = local && isPatch(code) ? ['brightSky' as const] : (consequences[code] ?? []);
    for (const consequence of own) {
      explained.set(consequence, Math.max(explained.get(consequence) ?? 0, confidence));
    }
  }
  return suspicions
    .filter(({ code, confidence, evidence }) => {
      if (code === 'cloud' && evenLoss) return false;
      if (code === 'doubleStars' && haloes && !showsPairs(evidence)) return false;
      return !isExplained(confidence, explained.get(code) ?? 0);
    })
    .sort((p, q) => q.confidence - p.confidence);
}

/** Second images of their own; light beside the cores alone may be the halo of dew. */
function showsPairs({ share }: Suspicion['evidence']): boolean {
  return typeof share === 'number' && share >= 0.2;
}

function isPatch(code: FindingCode): boolean {
  return code === 'strayLight' || code === 'staticGlow';
}

/** A lamp that lights part of the field lifts all of it a little; the moon lifts all of it and leaves no patch. */
function isLocal(suspicions: readonly Suspicion[]): boolean {
  const patch = suspicions.find(({ code }) => isPatch(code));
  const sky = suspicions.find(({ code }) => code === 'brightSky');
  if (patch === undefined || sky === undefined || patch.confidence < 0.5) return false;
  const { peak } = patch.evidence;
  const { excess } = sky.evidence;
  return typeof peak === 'number' && typeof excess === 'number' && peak > 1.2 * excess;
}
