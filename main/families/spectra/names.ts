/** Words of labels that mean more than their letters. */

/** The class that is no source: the surroundings alone. */
export function isBackgroundName(label: string): boolean {
  return /^(background|bgnd|bkgd?|bg|none)$/i.test(label.trim());
}

export function isPotassiumName(label: string): boolean {
  return /^k-?40$/i.test(label.trim());
}

/** Heads of the natural series: walls, ground and air hold some of both everywhere. */
export function isNaturalName(label: string): boolean {
  return /^(ra-?226|th-?232)$/i.test(label.trim());
}
