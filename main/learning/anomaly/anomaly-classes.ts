/** Which of two classes is the strange one, by the words people use. */
const strangeWord =
  /^(1(\.0+)?|true|yes|y|anomal(y|ous)|abnormal|outlier|fault(y)?|bad|contaminated|failure|event)$/i;
const usualWord = /^(0(\.0+)?|false|no|n|nominal|normal|ok|good|clean|usual|none|healthy|inlier)$/i;

/** Names for data without labels. */
export const defaultClasses = ['nominal', 'anomaly'] as const;

/** Index of the class of anomalies; -1 when the classes are no such pair. */
export function anomalyIndex(classes: readonly string[]): number {
  if (classes.length !== 2) return -1;
  const strange = classes.findIndex((name) => strangeWord.test(name.trim()));
  const usual = classes.findIndex((name) => usualWord.test(name.trim()));
  if (strange >= 0) return strange;
  return usual >= 0 ? 1 - usual : -1;
}

/** Both classes where a data set knows only one of them, or none. */
export function bothClasses(classes: readonly string[]): readonly string[] {
  if (classes.length >= 2) return classes;
  const [known] = classes;
  if (known === undefined) return defaultClasses;
  const pairs: readonly (readonly [string, string])[] = [
    ['0', '1'],
    ['false', 'true'],
    ['no', 'yes'],
    ['normal', 'anomaly'],
    defaultClasses,
  ];
  const pair = pairs.find((names) => names.includes(known));
  return pair ?? (strangeWord.test(known) ? [defaultClasses[0], known] : [known, defaultClasses[1]]);
}

/** What the classes call a usual or strange item that another file calls by other words: 0 and 1, say, where they are nominal and anomaly. Null for other words. */
export function ownWordFor(label: string, classes: readonly string[]): string | null {
  if (classes.includes(label)) return label;
  const strange = anomalyIndex(classes);
  if (strange < 0) return null;
  if (strangeWord.test(label.trim())) return classes[strange]!;
  return usualWord.test(label.trim()) ? classes[1 - strange]! : null;
}
