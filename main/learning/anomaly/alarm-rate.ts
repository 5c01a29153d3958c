/** How often a detector calls something an anomaly that is as usual, by what set its threshold: for whoever trains it or asks it. */

export interface AlarmRate {
  readonly chosenBy: string;
  /** Share of the rows learned from, or of usual ones where the tail decides, that is called an anomaly. */
  readonly share: number;
  readonly sentence: string;
}

/** Name of the metadata that holds the share of the rows learned from that lies over the threshold. */
export const calledShareKey = 'calledShare';

/** @param metadata of a model file; null for models whose threshold no detector set */
export function alarmRateOf(metadata: Readonly<Record<string, string>>): AlarmRate | null {
  const { thresholdChosenBy: chosenBy } = metadata;
  if (chosenBy === undefined) return null;
  const { risk, contamination } = parametersOf(metadata);
  const called = metadata[calledShareKey] === undefined ? Number.NaN : Number(metadata[calledShareKey]);
  const share =
    chosenBy === 'tail' ? Number(risk) : chosenBy === 'contamination' ? Number(contamination) : called;
  if (!Number.isFinite(share)) return null;
  return { chosenBy, share, sentence: sentenceOf(chosenBy, share) };
}

function parametersOf({ parameters }: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(parameters ?? '{}') as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

const otherwise = 'Who expects more anomalies says so when training: --set contamination=0.05.';

function sentenceOf(chosenBy: string, share: number): string {
  const often = share > 0 ? oneIn(share) : 'none';
  switch (chosenBy) {
    case 'tail':
      return `Calls ${often} of what is usual an anomaly: the tail of the scores sets the threshold, no label did. ${otherwise}`;
    case 'contamination':
      return `Calls ${often} of what it learned from an anomaly, as contamination=${share} asks.`;
    case 'labels':
      return `Calls ${often} of what it learned from an anomaly: labels set the threshold, where it serves F1 best.`;
    default:
      return `Calls ${often} of what it learned from an anomaly: the method itself sets the threshold, no label did. ${otherwise}`;
  }
}

/** "about 1 in 1,000"; shares that are no such fraction in per cent. */
function oneIn(share: number): string {
  if (share > 0.2) return `about ${Math.round(100 * share)} %`;
  return `about 1 in ${Math.round(1 / share).toLocaleString('en')}`;
}
