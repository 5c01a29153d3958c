/** Training sets that a search for settings asks for again and again: those of its folds are kept, of one search at a time. */
import type { TensorDataset } from '../../learning/dataset.ts';

export interface KeptTrainingSets {
  /**
   * @param search what all data sets with the same splits have in common, and all that `make` depends on
   * @param most sets kept, the latest
   */
  of(search: string, most: number, part: TensorDataset, make: () => TensorDataset): TensorDataset;
  /** Lets go of all. */
  clear(): void;
}

export function keptTrainingSets(): KeptTrainingSets {
  const kept = new Map<string, TensorDataset>();
  let keptOf = '';
  return {
    of(search, most, part, make) {
      if (search !== keptOf) kept.clear();
      keptOf = search;
      const key = Buffer.from(part.split).toString('base64');
      const known = kept.get(key);
      if (known !== undefined) return known;
      const made = make();
      kept.set(key, made);
      if (kept.size > most) kept.delete(kept.keys().next().value!);
      return made;
    },
    clear() {
      kept.clear();
      keptOf = '';
    },
  };
}
