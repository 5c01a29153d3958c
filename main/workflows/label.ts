/** A person's labels: one by one, from a CSV file, their history, and taking the last ones back. */
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import type { LabelReceipt } from '../../contract/calls/sessions.ts';
import { NightsiftError } from '../../contract/errors.ts';
import { frameLabels } from '../../contract/words.ts';
import type { LabelEvent } from '../library/labels.ts';
import type { Library } from '../library/open-library.ts';
import type { Item, Session } from '../library/sessions.ts';
import { labelChoice } from './records/classes.ts';
import { framesName } from './records/families.ts';
import { findSession } from './sessions.ts';

export interface WantedLabel {
  /** As in the report, or any unambiguous end of it (`night/a.fits` is found by `a.fits`). */
  readonly file: string;
  /** One of the family's: clean, contaminated or review for frames. */
  readonly label: string;
}

/** A row of a CSV file that could not be applied. Rows are counted from 1, the header line included. */
export interface RefusedRow {
  readonly row: number;
  readonly file: string;
  readonly problem: string;
}

export interface LabelOutcome extends LabelReceipt {
  /** For undo. Null when nothing changed. */
  readonly batch: string | null;
  readonly refused: RefusedRow[];
}

/**
 * Notes what a person says of some frames, all in one transaction; durable when it returns. Files that the
 * session does not hold are named in the answer and the rest is applied. Errors: notFound (the session).
 */
export function labelFrames(
  library: Library,
  reference: string,
  labels: readonly WantedLabel[],
  by: string | null,
): LabelOutcome {
  const session = findSession(library, reference);
  const read = labelReader(library, session);
  const rows: (WantedLabel & { readonly row: number })[] = [];
  const refused: RefusedRow[] = [];
  labels.forEach(({ file, label: word }, index) => {
    const row = index + 1;
    const { label, problem } = read(word);
    if (label !== null) rows.push({ row, file, label });
    else refused.push({ row, file, problem });
  });
  return applyRows(library, session, rows, by, refused);
}

/**
 * Labels from CSV text with the columns `file` and `label` (others are ignored). Rows that name an unknown
 * file or label, or contradict another row, are reported one by one, the rest is applied. Errors: badInput when it is
 * no such table, or holds no row.
 */
export function labelFromCsv(
  library: Library,
  reference: string,
  text: string,
  by: string | null,
): LabelOutcome {
  const session = findSession(library, reference);
  const rows: (WantedLabel & { readonly row: number })[] = [];
  const refused: RefusedRow[] = [];
  const read = labelReader(library, session);
  readRows(text).forEach(([file, word], index) => {
    const row = index + 2;
    const { label, problem } = read(word);
    if (label !== null) rows.push({ row, file, label });
    else refused.push({ row, file, problem });
  });
  return applyRows(library, session, rows, by, refused);
}

/** The same from a file. Errors: cannotOpen, badInput. */
export function labelFromCsvFile(
  library: Library,
  reference: string,
  path: string,
  by: string | null,
): LabelOutcome {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new NightsiftError('cannotOpen', `${path} cannot be read.`, {
      hint: 'Check the path and its permissions.',
      details: { path },
      cause: error,
    });
  }
  return labelFromCsv(library, reference, text, by);
}

type ReadLabel = (word: string) => { readonly label: string | null; readonly problem: string };

/** What a word means in the session's family. Case counts only where it tells two labels apart. */
function labelReader(library: Library, session: Session): ReadLabel {
  const labels: readonly string[] =
    session.family === framesName ? frameLabels : labelChoice(library, session).classes;
  return (word) => {
    const label = labels.find((each) => each === word) ?? labels.find((each) => each === word.toLowerCase());
    // a family that takes any label is taught its first one by a person
    if (label !== undefined || (labels.length === 0 && word !== ''))
      return { label: label ?? word, problem: '' };
    return { label: null, problem: `"${word}" is no label; labels are ${labels.join(', ')}` };
  };
}

function applyRows(
  library: Library,
  session: Session,
  rows: readonly (WantedLabel & { readonly row: number })[],
  by: string | null,
  alreadyRefused: readonly RefusedRow[],
): LabelOutcome {
  const items = library.sessions.items(session.id, { presentOnly: true });
  const find = itemFinder(items);
  const contradictions = contradictedRows(rows, find);
  const refused = [...alreadyRefused];
  const unknown: string[] = [];
  const batch = library.labels.newBatch();
  let changed = 0;
  let unchanged = 0;
  library.transaction(() => {
    for (const { row, file, label } of rows) {
      const found = find(file);
      if (typeof found === 'string') {
        refused.push({ row, file, problem: found });
        unknown.push(file);
        continue;
      }
      const contradiction = contradictions.get(row);
      if (contradiction !== undefined) {
        refused.push({ row, file, problem: contradiction });
        continue;
      }
      const { id: itemId, contentHash } = found;
      if (library.labels.addIfNew({ itemId, contentHash, author: 'person', label, by }, batch)) changed += 1;
      else unchanged += 1;
    }
  });
  refused.sort((one, other) => one.row - other.row);
  return { session: session.name, changed, unchanged, unknown, refused, batch: changed > 0 ? batch : null };
}

/** Rows that call one item by several labels, with the sentence that names them all: none of them is to be guessed at. */
function contradictedRows(
  rows: readonly (WantedLabel & { readonly row: number })[],
  find: (file: string) => Item | string,
): Map<number, string> {
  const byItem = new Map<Item['id'], (WantedLabel & { readonly row: number })[]>();
  for (const each of rows) {
    const found = find(each.file);
    if (typeof found !== 'string') byItem.set(found.id, [...(byItem.get(found.id) ?? []), each]);
  }
  const sentences = new Map<number, string>();
  for (const own of byItem.values()) {
    if (new Set(own.map(({ label }) => label)).size < 2) continue;
    const said = own.map(({ row, label }) => `${label} in row ${row}`).join(', ');
    for (const { row } of own) sentences.set(row, `the rows contradict each other: ${said}`);
  }
  return sentences;
}

/** Finds an item by its name in the report, else by the only one whose name ends so; else says why not. */
function itemFinder(items: readonly Item[]): (file: string) => Item | string {
  const byName = new Map(items.map((item) => [item.file, item]));
  const byEnd = new Map<string, Item[]>();
  for (const item of items) {
    const end = item.file.slice(item.file.lastIndexOf('/') + 1);
    byEnd.set(end, [...(byEnd.get(end) ?? []), item]);
  }
  return (file) => {
    const name = file.replaceAll('\\', '/').replace(/^\.\//, '');
    const end = name.slice(name.lastIndexOf('/') + 1);
    const ending = (byEnd.get(end) ?? []).filter(
      (item) => item.file === name || item.file.endsWith(`/${name}`) || name.endsWith(`/${item.file}`),
    );
    if (ending.length === 0) ending.push(...items.filter((item) => item.file.endsWith(`#${file}`)));
    const found = byName.get(name) ?? (ending.length === 1 ? ending[0] : undefined);
    if (found === undefined) {
      return ending.length === 0
        ? 'the session holds no such file'
        : `several files of the session end so: ${ending.map((item) => item.file).join(', ')}`;
    }
    return found.status === 'skipped' ? `the file was skipped: ${found.reason ?? ''}` : found;
  };
}

function readRows(text: string): [file: string, label: string][] {
  let records: Record<string, string>[];
  try {
    records = parse(text, {
      bom: true,
      columns: (header: string[]) => header.map((name) => name.trim().toLowerCase()),
      skip_empty_lines: true,
      trim: true,
      relax_column_count: true,
      delimiter: [',', ';', '\t'],
      max_record_size: 65_536,
    });
  } catch (error) {
    throw notATable(error instanceof Error ? error.message : String(error));
  }
  const [first] = records;
  if (first === undefined)
    throw notATable(text.trim() === '' ? 'the file is empty' : 'below the first line there is no row');
  if (!('file' in first && 'label' in first)) {
    throw notATable(`its columns are ${Object.keys(first).join(', ')}`);
  }
  return records.map((record) => [record.file ?? '', record.label ?? '']);
}

function notATable(found: string): NightsiftError {
  return new NightsiftError('badInput', `The labels cannot be read: ${found}.`, {
    hint: 'Expected a CSV file whose first line names the columns file and label.',
  });
}

/** All that was ever said about one frame, oldest first. Errors: notFound. */
export function labelHistory(library: Library, reference: string, file: string): LabelEvent[] {
  const session = findSession(library, reference);
  const found = itemFinder(library.sessions.items(session.id))(file);
  if (typeof found !== 'string') return library.labels.history(found.id);
  throw new NightsiftError('notFound', `${file}: ${found}.`, { details: { session: session.name, file } });
}

/**
 * Takes back a batch of a person's labels (default: the last one): what held before holds again, as new
 * events. A frame labelled again since then keeps its later label. Returns how many went back.
 */
export function undoLabels(library: Library, options: { batch?: string; session?: string } = {}): number {
  const session = options.session === undefined ? undefined : findSession(library, options.session);
  const batch = options.batch ?? library.labels.lastUndoable(session?.id);
  const events = batch === undefined ? [] : library.labels.batchEvents(batch);
  if (events.length === 0) {
    throw new NightsiftError('notFound', 'There is no label to take back.', {
      details: { batch: batch ?? null },
    });
  }
  return library.transaction(() => events.filter((event) => undoOne(library, event)).length);
}

function undoOne(library: Library, event: LabelEvent): boolean {
  const history = library.labels.history(event.itemId).filter((each) => each.author === 'person');
  const byId = new Map(history.map((each) => [each.id, each]));
  if (standingEvent(history.at(-1), byId)?.id !== event.id) return false;
  const before = event.previousId === null ? undefined : byId.get(event.previousId);
  library.labels.add(
    {
      itemId: event.itemId,
      contentHash: event.contentHash,
      author: 'person',
      // a word about other bytes under the same name does not come back
      label: before?.contentHash === event.contentHash ? (before?.label ?? null) : null,
      by: before?.by ?? null,
      undoesId: event.id,
    },
    `${event.batch}/undo`,
  );
  return true;
}

/** The event that an event leaves in force: itself, or for an undo what held before the undone one. */
function standingEvent(
  event: LabelEvent | undefined,
  byId: ReadonlyMap<number, LabelEvent>,
): LabelEvent | undefined {
  let standing = event;
  while (standing?.undoesId != null) {
    const before = byId.get(standing.undoesId)?.previousId;
    standing = before == null ? undefined : byId.get(before);
  }
  return standing;
}
