/** A library and tables of described columns to bring into it. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesiseColumn } from '../../../main/families/columns/synthesise.ts';
import { type Library, openLibrary } from '../../../main/library/open-library.ts';
import { framesFamily } from '../../../main/workflows/frames.ts';
import { type LearningPool, openLearningPool } from '../../../main/workflows/training/learning-pool.ts';

export interface RecordSchool {
  readonly folder: string;
  readonly library: Library;
  readonly ports: {
    readonly library: Library;
    readonly family: typeof framesFamily;
    readonly learning: LearningPool;
    readonly environment: Readonly<Record<string, string>>;
  };
  close(): Promise<void>;
}

export function newRecordSchool(): RecordSchool {
  const folder = mkdtempSync(join(tmpdir(), 'nightsift-records-'));
  const library = openLibrary(join(folder, 'library'));
  const learning = openLearningPool();
  return {
    folder,
    library,
    ports: { library, family: framesFamily, learning, environment: { threads: '1' } },
    async close() {
      await learning.close();
      library.close();
    },
  };
}

const header =
  'Record_id,Attribute_name,y_act,total_vals,num_nans,%_nans,num_of_dist_val,%_dist_val,mean,std_dev,min_val,max_val,sample_1,sample_2,sample_3,sample_4,sample_5';

const classes = ['numeric', 'categorical', 'datetime', 'sentence', 'url'];

/** Described columns of five classes, six to a table; `from` tells which ones are made. */
export function describedTable(count: number, from = 0): string {
  const lines = Array.from({ length: count }, (_, index) => {
    const label = classes[index % classes.length]!;
    const column = synthesiseColumn(label, from + index)!;
    const { cells, missing, distinct, mean, deviation, minimum, maximum } = column;
    const figures = [
      cells,
      missing,
      (100 * missing) / cells,
      distinct,
      (100 * distinct) / cells,
      mean,
      deviation,
      minimum,
      maximum,
    ];
    const quoted = [column.name, label, ...figures, ...column.samples].map(
      (cell) => `"${String(cell).replaceAll('"', '""')}"`,
    );
    return `${Math.floor((from + index) / 6)},${quoted.join(',')}`;
  });
  return `${[header, ...lines].join('\n')}\n`;
}

export function writeTable(school: RecordSchool, file: string, text: string): string {
  const path = join(school.folder, file);
  writeFileSync(path, text);
  return path;
}
