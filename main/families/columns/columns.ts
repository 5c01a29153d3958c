/** What kind of column is this: text, numbers, dates, categories, identifiers, … */
import { tableFileEndings } from '../../formats/tables/table.ts';
import type { Family, QualityFigure, SourceReading } from '../family.ts';
import { columnFeatureVersion } from './features/extract.ts';
import { columnFigures } from './figures.ts';
import { kinds, sortingHatClasses } from './kinds.ts';
import { kindColumn, readColumns } from './read.ts';
import { columnTrainingSet, columnTrainingSettings } from './training-set.ts';

/** Raise it with every change that makes a table give other columns or descriptions. */
const readingRevision = 1;

/** Columns are asked about in tables that were learned from in part, and in new ones. */
const judging = { 'evaluation.folds': 5, 'evaluation.knownGroups': 0.6 };

export const columnsFamily: Family = {
  name: 'columns',
  title: 'Table columns',
  noun: { one: 'column', many: 'columns' },
  task: 'kind',
  version: `columns-${readingRevision}.${columnFeatureVersion}`,
  fileEndings: tableFileEndings,
  labelColumns: ['label', 'y_act', kindColumn],
  recipes: [
    {
      recipe: 'gradient-boosting',
      parameters: {
        ...judging,
        rounds: 160,
        rate: 0.15,
        columnShare: 0.4,
        rowShare: 0.8,
        minimumHessian: 0.2,
      },
    },
    { recipe: 'random-forest', parameters: { ...judging, trees: 200 } },
    { recipe: 'mlp', parameters: { layers: 4, width: 512 } },
  ],
  read: readColumns,
  classesOf(labelColumn) {
    if (labelColumn === kindColumn) return kinds;
    return labelColumn === 'y_act' ? sortingHatClasses : null;
  },
  quality,
  trainingSettings: columnTrainingSettings,
  trainingSet: columnTrainingSet,
  figures: columnFigures,
};

function quality({ items, problems }: SourceReading): QualityFigure[] {
  const counts = new Map<string, number>();
  for (const { twin } of items) counts.set(twin ?? '', (counts.get(twin ?? '') ?? 0) + 1);
  const repeated = [...counts.values()].reduce((sum, count) => sum + (count - 1), 0);
  const empty = items.filter(({ facts }) => facts.distinct === 0).length;
  return [
    { name: 'columns', value: items.length },
    { name: 'tables', value: new Set(items.map(({ group }) => group)).size },
    { name: 'repeated columns', value: repeated, note: 'same name and same samples as an earlier one' },
    { name: 'columns without a value', value: empty },
    { name: 'labelled', value: items.filter(({ labels }) => Object.keys(labels).length > 0).length },
    { name: 'problems', value: problems.length },
  ];
}
