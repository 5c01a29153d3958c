/** Items of a session of records as lists and screens show them. */
import type { ItemDetail, ItemOrder } from '../../../contract/calls/records.ts';
import { NightsiftError } from '../../../contract/errors.ts';
import type { RecordItem, RecordSource } from '../../../contract/records.ts';
import { anomalyIndex } from '../../learning/anomaly/anomaly-classes.ts';
import { sizeOf } from '../../learning/dataset.ts';
import type { Library } from '../../library/open-library.ts';
import type { Session } from '../../library/sessions.ts';
import { type DecisionInput, decideFrames } from '../review.ts';
import { findSession } from '../sessions.ts';
import { labelChoice } from './classes.ts';
import { framesName } from './families.ts';
import { isFromFile } from './given-labels.ts';
import { itemRow, itemRows, sourceRows } from './report.ts';
import { standingItems } from './session-readings.ts';

export interface ListItemsInput {
  readonly session: string;
  readonly order?: ItemOrder | undefined;
  readonly label?: string | undefined;
  readonly offset?: number | undefined;
  readonly limit?: number | undefined;
}

export interface ItemList {
  readonly total: number;
  readonly classes: string[];
  readonly isOpen: boolean;
  readonly strange: string | null;
  readonly sources: RecordSource[];
  readonly items: RecordItem[];
}

/** Errors: notFound, wrongUse for a session of frames. */
export function listItems(library: Library, input: ListItemsInput): ItemList {
  const session = recordSession(library, input.session);
  const { order = 'source', label, offset = 0, limit = 1000 } = input;
  const chosen = itemRows(library, session).filter(
    (item) => label === undefined || item.label === label || item.predicted === label,
  );
  const items = order === 'uncertain' ? chosen.sort((one, other) => doubt(other) - doubt(one)) : chosen;
  const { classes, isOpen } = labelChoice(library, session);
  return {
    total: items.length,
    classes,
    isOpen,
    strange: classes[anomalyIndex(classes)] ?? null,
    sources: sourceRows(library, session),
    items: items.slice(offset, offset + limit),
  };
}

/** Contradictions first, then what nobody labelled by how unsure the model is, then what a person settled. */
function doubt({ label, labelledBy, by, predicted, confidence }: RecordItem): number {
  const unsure = 1 - (confidence ?? 0);
  if (labelledBy !== 'person') return 2 + unsure;
  const isSettled = by === null || !isFromFile({ by });
  if (isSettled || predicted === null) return unsure / 10;
  return predicted === label ? 1 + unsure : 4 - unsure;
}

/** Notes what a person says of some items. Errors: notFound, wrongUse for a label that is none. */
export function decideItems(
  library: Library,
  input: DecisionInput,
): { id: string; repeated: boolean; changed: number; items: RecordItem[] } {
  const session = recordSession(library, input.session);
  const { classes, isOpen } = labelChoice(library, session);
  if (input.label !== null && !isOpen && !classes.includes(input.label)) {
    throw new NightsiftError('wrongUse', `"${input.label}" is no label of ${session.family}.`, {
      hint: `Labels are ${classes.join(', ')}.`,
    });
  }
  const { id, repeated, changed } = decideFrames(library, input);
  const decided = new Set(input.items);
  return { id, repeated, changed, items: itemRows(library, session).filter(({ item }) => decided.has(item)) };
}

/** Errors: notFound, wrongUse. */
export function showItem(library: Library, reference: string, file: string): ItemDetail {
  const session = recordSession(library, reference);
  const item = standingItems(library, session).find((each) => each.file === file);
  if (item === undefined) {
    throw new NightsiftError('notFound', `Session "${session.name}" holds no item ${file}.`, {
      hint: 'Items are named FILE#ID: nightsift sessions show.',
      details: { session: session.name, file },
    });
  }
  const { reading, stored } = item;
  return {
    item: itemRow(item, library.labels.standingOf(item.itemId)),
    view: { ...stored.view },
    tensors: reading.tensors.map(({ name, shape, data }) => {
      const size = sizeOf(shape);
      const values = Array.from(data.subarray(item.ordinal * size, (item.ordinal + 1) * size));
      return {
        name,
        shape: [...shape],
        values: values.map((value) => (Number.isFinite(value) ? value : null)),
      };
    }),
    featureNames: [...reading.featureNames],
  };
}

function recordSession(library: Library, reference: string): Session {
  const session = findSession(library, reference);
  if (session.family !== framesName) return session;
  throw new NightsiftError('wrongUse', `Session "${session.name}" holds frames.`, {
    hint: 'Its frames are listed by: nightsift sessions show.',
  });
}
