/** Columns of an observatory's logs by their names, whatever program wrote them: what they measure, and in which unit. */

export type SiteKind =
  | 'guiding'
  | 'guideStar'
  | 'wind'
  | 'temperature'
  | 'humidity'
  | 'dewPoint'
  | 'cloud'
  | 'skyTemperature'
  | 'skyQuality';

export interface SiteColumn {
  readonly kind: SiteKind;
  readonly unit: string;
}

interface Rule extends SiteColumn {
  readonly pattern: RegExp;
}

/** The first that fits. Names are compared in lower case, without a prefix such as `weather_` and with `_` for every other sign. */
const rules: readonly Rule[] = [
  { kind: 'guiding', unit: 'px', pattern: /^(total_error|guid(e|ing)_(error|rms)|rms)(_total)?_px$/ },
  {
    kind: 'guiding',
    unit: '″',
    pattern: /^(total_error|guid(e|ing)_?(error|rms)|rms|total_rms|rms_total)(_total)?(_?arc_?sec(onds)?)?$/,
  },
  { kind: 'guideStar', unit: '', pattern: /^(star_?mass|guide_?star_?(mass|flux))$/ },
  { kind: 'wind', unit: 'km/h', pattern: /^wind(_?speed|_?gusts?)?_(km_?h|kph)$/ },
  { kind: 'wind', unit: 'mph', pattern: /^wind(_?speed|_?gusts?)?_mph$/ },
  { kind: 'wind', unit: 'm/s', pattern: /^wind(_?speed|_?gusts?)?_?m_?s$/ },
  { kind: 'wind', unit: '', pattern: /^wind(_?speed|_?gusts?)?$/ },
  {
    kind: 'skyTemperature',
    unit: '°C',
    pattern: /^(sky_?(temp|temperature|ambient_?delta)|cloud_?sensor)(_c)?$/,
  },
  {
    kind: 'temperature',
    unit: '°C',
    pattern: /^((outside|ambient|air|site|focuser|osc?c?_?ext)_?)?(temp|temperature)(_c|_celsius)?$/,
  },
  { kind: 'dewPoint', unit: '°C', pattern: /^dew_?point(_c|_celsius)?$/ },
  { kind: 'humidity', unit: '%', pattern: /^(relative_?)?(humidity|rh)(_percent|_pct)?$/ },
  { kind: 'cloud', unit: '%', pattern: /^(cloud_?cover|clouds?)(_percent|_pct)?$/ },
  { kind: 'skyQuality', unit: 'mag/″²', pattern: /^(sky_?quality|sqm)(_mag)?$/ },
];

/** Null for a column that says nothing of a site. */
export function siteColumn(name: string): SiteColumn | null {
  const plain = name
    .trim()
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^(weather|meteo|obs|env)_|^_+|_+$/g, '');
  return rules.find(({ pattern }) => pattern.test(plain)) ?? null;
}
