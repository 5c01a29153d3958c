/** The families of records by name, and how their files are read in threads. */
import type { FamilyRow } from '../../../contract/calls/records.ts';
import { NightsiftError } from '../../../contract/errors.ts';
import type { Family, ReadOptions, Setting, TrainingSetting } from '../../families/family.ts';
import { families } from '../../families/index.ts';
import { workerEntry } from '../../jobs/messages.ts';
import { openWorkerPool, type WorkerPool } from '../../jobs/pool.ts';
import { sha256 } from '../../library/blobs.ts';
import { canonicalJson } from '../../library/columns.ts';

/** The family that is judged frame by frame and has workflows of its own. */
export const framesName = 'frames';

/** Errors: wrongUse, with the families there are. */
export function findFamily(name: string): Family {
  const family = families.find((each) => each.name === name);
  if (family !== undefined) return family;
  throw new NightsiftError('wrongUse', `There is no family "${name}" of records.`, {
    hint: `Families: ${[framesName, ...families.map((each) => each.name)].join(', ')}.`,
    details: { family: name },
  });
}

export function familyRows(): FamilyRow[] {
  return families.map(({ name, title, noun, task, labelColumns, recipes, strangeness }) => ({
    name,
    title,
    one: noun.one,
    many: noun.many,
    task,
    labelColumns: [...labelColumns],
    recipes: recipes.map(({ recipe }) => recipe),
    strangeness: strangeness ?? null,
  }));
}

/** Errors: wrongUse for a setting that the family does not know, where it says which it knows, or a value that is none. */
export function checkReadingSettings(
  { noun, readingSettings }: Family,
  settings: Readonly<Record<string, Setting>>,
): void {
  if (readingSettings === undefined) return;
  for (const [name, value] of Object.entries(settings)) {
    const known = readingSettings[name] ?? openSetting(readingSettings, name);
    if (known === undefined) {
      throw new NightsiftError('wrongUse', `There is no setting "${name}" of reading ${noun.many}.`, {
        hint: `Settings: ${Object.keys(readingSettings).join(', ')}.`,
      });
    }
    const allowed = refusal(known, value);
    if (allowed !== null) {
      throw new NightsiftError('wrongUse', `Setting ${name} cannot be "${String(value)}".`, {
        hint: `Allowed: ${allowed}.`,
      });
    }
  }
}

function openSetting(
  settings: Readonly<Record<string, TrainingSetting>>,
  name: string,
): TrainingSetting | undefined {
  const key = Object.keys(settings).find(
    (each) => each.endsWith('*') && name.length >= each.length && name.startsWith(each.slice(0, -1)),
  );
  return key === undefined ? undefined : settings[key];
}

/** What a setting may be where the value is something else; null where it may be that. */
function refusal({ choices, form, default: usual }: TrainingSetting, value: Setting): string | null {
  if (choices !== undefined) return choices.includes(String(value)) ? null : choices.join(', ');
  if (form !== undefined) {
    const text = String(value).trim();
    return form.pattern.test(text) && (form.isMeant?.(text) ?? true) ? null : form.words;
  }
  if (typeof usual !== 'number') return null;
  return Number(value) >= 0 && Number.isFinite(Number(value)) ? null : 'a number of 0 or more';
}

/** Large sources take minutes on a slow board. */
const readingTimeoutMilliseconds = 30 * 60 * 1000;

/** Threads that read sources; `size` defaults to the cores. */
export function openReaders(size?: number): WorkerPool {
  return openWorkerPool({
    entry: workerEntry(import.meta.url, '../work/records-worker'),
    timeoutMilliseconds: readingTimeoutMilliseconds,
    heapMebibytes: 4096,
    ...(size !== undefined && { size }),
  });
}

/** Names the code and the settings that a stored reading came from. The label column changes what is a feature. */
export function readingVersion(family: Family, { label, settings }: ReadOptions): string {
  const own = canonicalJson({
    label,
    settings: Object.keys(settings ?? {}).length > 0 ? settings : undefined,
  });
  return own === '{}' ? family.version : `${family.version}+${sha256(own).slice(0, 12)}`;
}
