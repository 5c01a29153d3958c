import { columnsFamily } from './columns/columns.ts';
import type { Family } from './family.ts';

/** Every family of records beside frames. A new one: a folder of its own and one line here. */
export const families: readonly Family[] = [columnsFamily];
