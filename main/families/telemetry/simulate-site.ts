/** A log of an observatory that never was: guiding, wind and air by the clock, with the troubles that it is told. */
import { drawsFrom } from '../draws.ts';

export type SiteTrouble = 'gust' | 'clouds' | 'damp' | 'light';

export interface SiteNight {
  /** Milliseconds since 1970, UTC. */
  readonly from: number;
  readonly until: number;
  readonly seed: number;
  readonly troubles: readonly { readonly kind: SiteTrouble; readonly from: number; readonly until: number }[];
}

const stepMilliseconds = 5000;
const header = [
  'timestamp_utc',
  'guiding_rms_arcsec',
  'star_mass',
  'wind_gust_ms',
  'temperature_c',
  'dew_point_c',
  'sky_quality',
];

/** A table of comma-separated values, a row every five seconds. The same night gives the same bytes. */
export function simulateSite({ from, until, seed, troubles }: SiteNight): Uint8Array {
  const draws = drawsFrom(seed, 2);
  const [calm, wind, warmth, gap] = [
    draws.between(0.4, 0.7),
    draws.between(1, 4),
    draws.between(2, 14),
    draws.between(4, 7),
  ];
  const lines = [header.join(',')];
  for (let time = from; time <= until; time += stepMilliseconds) {
    const is = (kind: SiteTrouble): number =>
      troubles.some((each) => each.kind === kind && time >= each.from && time <= each.until) ? 1 : 0;
    const [gust, clouds, damp, light] = [is('gust'), is('clouds'), is('damp'), is('light')];
    const temperature = warmth - (3 * (time - from)) / Math.max(1, until - from) + 0.05 * draws.normal();
    const cells = [
      calm * (1 + 2.5 * gust) * (1 + 0.12 * draws.normal()),
      30_000 * (1 - 0.65 * clouds) * (1 + 0.04 * draws.normal()),
      Math.max(0, wind + 9 * gust + 0.6 * draws.normal()),
      temperature,
      temperature - gap + (gap - 0.8) * damp + 0.05 * draws.normal(),
      21.2 - 1.5 * light - 0.6 * clouds + 0.03 * draws.normal(),
    ];
    const stamp = new Date(time).toISOString();
    lines.push([stamp, ...cells.map((value) => Number(value.toPrecision(5)))].join(','));
  }
  return new TextEncoder().encode(`${lines.join('\n')}\n`);
}
