/** From levels to what is shown: the automatic stretch, and plainer curves over the same range. */
import { autostretch, type LevelStatistics, linkedStretch } from '../../contract/autostretch.ts';

export const toneModes = ['auto', 'linear', 'asinh', 'log', 'raw'] as const;
export type ToneMode = (typeof toneModes)[number];

export const toneTitles: Readonly<Record<ToneMode, string>> = {
  auto: 'Automatic',
  linear: 'Linear',
  asinh: 'Asinh',
  log: 'Logarithm',
  raw: 'As stored',
};

/** One colour's curve: `low` is black, `high` white; `midtones` is for the automatic one. */
export interface Tone {
  readonly low: number;
  readonly high: number;
  readonly midtones: number;
}

export interface Tones {
  readonly mode: ToneMode;
  readonly channels: readonly [Tone, Tone, Tone];
}

/** Sky noise above the median that the plain linear curve shows as white. */
const linearSigmas = 40;
const madToSigma = 1.4826;
/** How strongly asinh and log lift the faint end. */
export const asinhStrength = 200;
export const logStrength = 1000;

export function tonesFor(
  statistics: readonly LevelStatistics[],
  choice: { readonly mode: ToneMode; readonly linked: boolean; readonly boosted: boolean },
): Tones {
  const { mode, linked, boosted } = choice;
  const known = statistics.length === 0 ? [{ median: 0, mad: 0 }] : statistics;
  const common = linkedStretch(known, boosted);
  const tones = [0, 1, 2].map((channel): Tone => {
    const own = known[channel] ?? known[0];
    if (mode === 'raw') return { low: 0, high: 1, midtones: 0.5 };
    const { shadows, midtones } = linked ? common : autostretch(own, boosted);
    const high =
      mode === 'linear' ? Math.min(1, own.median + linearSigmas * madToSigma * Math.max(own.mad, 1e-5)) : 1;
    return { low: shadows, high, midtones };
  });
  return { mode, channels: tones as unknown as Tones['channels'] };
}

/** 0..1 as shown, the same as the shader computes. */
export function toned(level: number, { mode, channels }: Tones, channel: number): number {
  const { low, high, midtones } = channels[channel];
  const x = Math.min(1, Math.max(0, (level - low) / Math.max(1e-9, high - low)));
  switch (mode) {
    case 'auto':
      return x <= 0 ? 0 : x >= 1 ? 1 : ((midtones - 1) * x) / ((2 * midtones - 1) * x - midtones);
    case 'asinh':
      return Math.asinh(asinhStrength * x) / Math.asinh(asinhStrength);
    case 'log':
      return Math.log(1 + logStrength * x) / Math.log(1 + logStrength);
    default:
      return x;
  }
}
