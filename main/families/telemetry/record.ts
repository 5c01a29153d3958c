import type { Problem } from '../family.ts';

/** A source as a header and rows of cells, whatever it was written as. */
export interface RecordTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** As an editor counts records, header included. */
  readonly rowNumbers: ArrayLike<number>;
  readonly problems: readonly Problem[];
}
