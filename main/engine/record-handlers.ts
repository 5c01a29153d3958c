import type { recordCalls } from '../../contract/calls/records.ts';
import type { Handlers } from '../../contract/kinds.ts';
import { familyRows } from '../workflows/records/families.ts';
import { decideItems, listItems, showItem } from '../workflows/records/items.ts';
import type { Rooms } from './rooms.ts';

export function recordHandlers({ library }: Rooms): Handlers<typeof recordCalls> {
  return {
    'families.list': () => familyRows(),
    'items.list': (input) => listItems(library, input),
    'items.decide': (input) => decideItems(library, input),
    'items.show': ({ session, file }) => showItem(library, session, file),
  };
}
