/** What items may be labelled. */
import type { Library } from '../../library/open-library.ts';
import type { Session } from '../../library/sessions.ts';
import { findFamily } from './families.ts';

/** Labels that an item of the session may be given: those of the family, of its models and those in use. */
export function classesFor(library: Library, session: Session): string[] {
  const family = findFamily(session.family);
  const known = family.labelColumns.flatMap((column) => [...(family.classesOf(column) ?? [])]);
  const inUse = [...library.labels.standing(session.id).values()].flatMap(({ person, model }) =>
    [person?.label, model?.label].filter((label) => label != null),
  );
  return [...new Set([...inUse.sort(), ...known])];
}
