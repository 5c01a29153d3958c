/** A colour for each class, the verdicts their own; the same class has the same colour wherever the classes are the same. */

const fixed: Readonly<Record<string, string>> = {
  clean: '--clean',
  contaminated: '--contaminated',
  review: '--review',
};
const spare = [
  '--filter-blue',
  '--filter-sulphur',
  '--filter-oxygen',
  '--filter-hydrogen',
  '--filter-other',
  '--filter-green',
];

/** The name of a style variable. */
export function classColour(name: string, classes: readonly string[]): string {
  return fixed[name] ?? spare[classes.indexOf(name) % spare.length] ?? '--accent';
}
