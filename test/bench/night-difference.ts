/** Whether one judge beats another, with doubt about nights: frames of a night share camera, weather and chance. */
import { randomFor } from '../../main/learning/random.ts';
import { quantileOf } from './judge-statistics.ts';

const draws = 2000;

export interface NightFrame {
  readonly night: number;
  /** 1 for contaminated. */
  readonly label: number;
}

export interface NightDifference {
  /** Balanced accuracy of the one less that of the other. */
  readonly difference: number;
  /** 95 % interval. */
  readonly low: number;
  readonly high: number;
}

/** Spoiled frames in one place, clean ones in the other: how many there are, how many more the one judged rightly. */
interface Counts {
  readonly frames: readonly [number, number];
  readonly gains: readonly [number, number];
}

/**
 * Nights are drawn anew, each with all its frames under both judges; draws without frames of both kinds are left out. Deterministic.
 * @param one P(contaminated) of each frame by the judge in question; 0.5 and more calls it contaminated
 * @param other the same of the judge that it is compared with
 */
export function nightDifference(
  one: readonly number[],
  other: readonly number[],
  frames: readonly NightFrame[],
): NightDifference {
  const nights = new Map<number, Counts>();
  frames.forEach(({ night, label }, item) => {
    const isRight = (chances: readonly number[]): number => Number(chances[item]! >= 0.5 === (label === 1));
    const gain = isRight(one) - isRight(other);
    const own: Counts =
      label === 1 ? { frames: [1, 0], gains: [gain, 0] } : { frames: [0, 1], gains: [0, gain] };
    nights.set(night, sumOf([nights.get(night) ?? none, own]));
  });
  const each = [...nights.values()];
  const random = randomFor(1, 'nights drawn anew', each.length);
  const drawn = Array.from({ length: draws }, () =>
    differenceOf(sumOf(each.map(() => each[random.integer(each.length)]!))),
  );
  return {
    difference: differenceOf(sumOf(each)),
    low: quantileOf(drawn, 0.025),
    high: quantileOf(drawn, 0.975),
  };
}

const none: Counts = { frames: [0, 0], gains: [0, 0] };

function sumOf(counts: readonly Counts[]): Counts {
  const add = (part: keyof Counts): readonly [number, number] =>
    counts.reduce<readonly [number, number]>(
      (sum, each) => [sum[0] + each[part][0], sum[1] + each[part][1]] as const,
      [0, 0] as const,
    );
  return { frames: add('frames'), gains: add('gains') };
}

/** NaN without frames of both kinds. */
const differenceOf = ({ frames, gains }: Counts): number => (gains[0] / frames[0] + gains[1] / frames[1]) / 2;
