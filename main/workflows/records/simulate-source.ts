/** Writes a source that a family makes up. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { NightsiftError } from '../../../contract/errors.ts';
import { families } from '../../families/index.ts';
import { storing } from '../../library/storage-errors.ts';
import { makeFolder, writeWholeFile } from '../../library/whole-files.ts';
import { findFamily } from './families.ts';

export interface SimulateInput {
  readonly family: string;
  /** A file that is not there yet. */
  readonly out: string;
  readonly rows: number;
  readonly seed: number;
  readonly faultShare: number;
}

/** Errors: wrongUse for a family that makes nothing up, wouldOverwrite, diskFull, cannotOpen. */
export function simulateSource({ family: name, out, ...settings }: SimulateInput): {
  file: string;
  byteLength: number;
} {
  const family = findFamily(name);
  if (family.simulate === undefined) {
    const known = families.filter(({ simulate }) => simulate !== undefined).map((each) => each.name);
    throw new NightsiftError('wrongUse', `Nothing is made up of ${family.noun.many}.`, {
      hint: `Families that can be simulated: ${known.join(', ')}; frames by: nightsift demo.`,
    });
  }
  if (existsSync(out)) {
    throw new NightsiftError('wouldOverwrite', `${out} is there already.`, { hint: 'Choose another name.' });
  }
  const bytes = family.simulate(settings);
  storing(out, () => makeFolder(dirname(out)));
  writeWholeFile(out, bytes);
  return { file: out, byteLength: bytes.byteLength };
}
