/** A fit with what comes before it: columns chosen, rare classes filled up. Both happen on the rows of training only. */
import type { ParameterDefinition, Parameters } from '../recipes/recipe.ts';
import type { Estimator, FitInput, FitPorts, Fitted } from './estimator.ts';
import { oversample, oversamplingParameters } from './oversample.ts';
import { pickColumns, selectColumns, selectionParameters } from './select-columns.ts';
import { checkColumns, type Table } from './table.ts';

/** Settings of every classifier beside its own. */
export const classifierParameters: readonly ParameterDefinition[] = [
  ...selectionParameters,
  ...oversamplingParameters,
];

export interface FittedClassifier {
  /** Takes all columns, whichever it learned from; so does its graph. */
  readonly fitted: Fitted;
  /** Places of the columns learned from; undefined for all. */
  readonly selected: Int32Array | undefined;
}

/** @throws NightsiftError as the estimator's fit */
export async function fitClassifier(
  estimator: Estimator,
  input: FitInput,
  parameters: Parameters,
  ports: FitPorts,
): Promise<FittedClassifier> {
  const { onProgress: _onProgress, ...quiet } = ports; // progress is that of the fit itself
  const selected = await selectColumns(input, parameters, quiet);
  const narrow = selected === undefined ? input : narrowed(input, selected);
  const filled = await oversample(narrow, parameters, ports);
  const own = await estimator.fit(filled, parameters, ports);
  const made = filled.table.rows - input.table.rows;
  const honest = made > 0 || selected !== undefined ? withoutOutOfBag(own, made) : own;
  const fitted = selected === undefined ? honest : widened(honest, selected, input.table.columns);
  return { fitted, selected };
}

function narrowed(input: FitInput, selected: Int32Array): FitInput {
  const { table, validation } = input;
  return {
    ...input,
    table: pickColumns(table, selected),
    ...(validation && { validation: { ...validation, table: pickColumns(validation.table, selected) } }),
  };
}

/**
 * A made-up row lies beside the row it was made of, and columns were chosen by all rows: trees that did not see a row have
 * seen something of it, so that they tell nothing honest of it.
 */
function withoutOutOfBag(own: Fitted, madeUpRows: number): Fitted {
  const { outOfBag: _outOfBag, figures, ...rest } = own;
  const { outOfBagScore: _score, ...others } = figures;
  return { ...rest, figures: madeUpRows > 0 ? { ...others, madeUpRows } : others };
}

/** Asked with all columns, it answers by those selected: a Gather at the start of its graph. */
function widened(own: Fitted, selected: Int32Array, columns: number): Fitted {
  const { predict, addTo, importances, misfit, addMisfitTo, together, addTogetherTo, ...rest } = own;
  const narrow = (table: Table) => {
    checkColumns(table, columns);
    return pickColumns(table, selected);
  };
  const gather: Fitted['addTo'] = (parts, input) =>
    parts.apply('Gather', [input, parts.integers([...selected])], { axis: 1 });
  const wide = importances && new Float64Array(columns);
  selected.forEach((column, place) => {
    if (wide) wide[column] = importances![place]!;
  });
  return {
    ...rest,
    columns,
    predict: (table) => predict(narrow(table)),
    addTo: (parts, input) => addTo(parts, gather(parts, input)),
    ...(wide && { importances: wide }),
    ...(misfit && { misfit: (table) => misfit(narrow(table)) }),
    ...(addMisfitTo && { addMisfitTo: (parts, input) => addMisfitTo(parts, gather(parts, input)) }),
    ...(together && { together: (table) => together(narrow(table)) }),
    ...(addTogetherTo && { addTogetherTo: (parts, input) => addTogetherTo(parts, gather(parts, input)) }),
    figures: { ...rest.figures, selectedColumns: selected.length },
  };
}
