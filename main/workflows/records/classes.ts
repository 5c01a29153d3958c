/** What items may be labelled. */
import { bothClasses } from '../../learning/anomaly/anomaly-classes.ts';
import type { Library } from '../../library/open-library.ts';
import type { Session } from '../../library/sessions.ts';
import { findFamily } from './families.ts';

export interface LabelChoice {
  /** Labels that an item of the session may be given: those of the family, of its models and those in use. */
  readonly classes: string[];
  /** Others may be made up: the family knows no list of its own. */
  readonly isOpen: boolean;
}

export function labelChoice(library: Library, session: Session): LabelChoice {
  const family = findFamily(session.family);
  const known = family.labelColumns.flatMap((column) => [...(family.classesOf(column) ?? [])]);
  const inUse = [...library.labels.standing(session.id).values()].flatMap(({ person, model }) =>
    [person?.label, model?.label].filter((label) => label != null),
  );
  const classes = [...new Set([...inUse.sort(), ...known])];
  if (family.learnsUnlabelled) return { classes: [...bothClasses(classes)], isOpen: false };
  return { classes, isOpen: known.length === 0 };
}
