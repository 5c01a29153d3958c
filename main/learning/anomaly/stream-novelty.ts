/** Scores that came with the rows, computed as they were read, each from the rows before it: passed on as they are. */
import type { Estimator, Fitted } from '../estimators/estimator.ts';
import { obeySignal } from '../estimators/parallel.ts';
import { checkColumns, checkTable } from '../estimators/table.ts';
import { numberOf } from '../recipes/recipe.ts';

export const streamNovelty: Estimator = {
  name: 'stream-novelty',
  description:
    'how new each row of a series is against the rows before it; learns nothing and never looks ahead',
  task: 'anomaly',
  input: 'novelty',
  parameters: [
    {
      name: 'border',
      description: 'distances over what hardly any recent row had, from which a row is an anomaly',
      kind: 'number',
      default: 1.42,
      minimum: 0,
      maximum: 1e6,
    },
    {
      name: 'softness',
      description: 'over how much an answer goes from even to 73 %',
      kind: 'number',
      default: 0.25,
      minimum: 1e-6,
      maximum: 1e6,
    },
  ],
  async fit({ table }, parameters, ports): Promise<Fitted> {
    checkTable(table);
    obeySignal(ports.signal);
    const { columns } = table;
    return {
      columns,
      width: 1,
      inputType: 'float64',
      predict(rows) {
        checkColumns(rows, columns);
        return Float64Array.from({ length: rows.rows }, (_, row) => known(rows.values[row * columns]!));
      },
      addTo(parts, name) {
        const first = parts.apply('Slice', [
          name,
          parts.integers([0]),
          parts.integers([1]),
          parts.integers([1]),
        ]);
        const missing = parts.apply('IsNaN', [first]);
        return parts.apply('Where', [missing, parts.floats('float64', [0]), first]);
      },
      border: { at: numberOf(parameters, 'border'), width: numberOf(parameters, 'softness') },
      figures: {},
    };
  },
};

function known(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}
