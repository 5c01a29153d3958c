/** Numbers as much of the world writes them: `1,5` and `1.234,56`. Where the file says so beyond doubt they become `1.5`. */

/** Digits, perhaps in groups of three set off by points, a comma, digits. Nobody writes 0.123 for 123. */
const withComma = /^\s*[+-]?(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+),\d+(?:[eE][+-]?\d+)?\s*$/;
const withoutComma = /^\s*[+-]?(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+)\s*$/;
/** What only a decimal comma explains: more or fewer than three digits behind it, or a zero before it. */
const beyondDoubt = /,(?:\d{1,2}|\d{4,})(?:[eE][+-]?\d+)?\s*$|^\s*[+-]?0\d*,/;
/** A number with a point; a decimal one where groups of three digits (`withoutComma`) do not explain it. */
const withPoint = /^\s*[+-]?(?:\d+\.\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;
const noValue = /^\s*(?:|-|\?|n\/?a|nan|null|none|[+-]?inf(?:inity)?)\s*$/i;

export interface DecimalCommas {
  /** Places of the columns that hold such numbers. */
  readonly columns: readonly number[];
  /** Rewrites the cells of these columns in place. */
  apply(): void;
}

/**
 * Null where the file is cut at commas, where a number has a decimal point, or where `1,234` could as well be a thousand:
 * then cells stay as they are written.
 */
export function decimalCommas(
  rows: readonly string[][],
  width: number,
  delimiter: string,
): DecimalCommas | null {
  if (delimiter === ',') return null;
  const columns: number[] = [];
  let isCertain = false;
  for (let column = 0; column < width; column += 1) {
    const found = commasOf(rows, column);
    if (found === 'point') return null;
    if (found === 'none') continue;
    columns.push(column);
    isCertain ||= found === 'certain';
  }
  if (!isCertain) return null;
  return {
    columns,
    apply() {
      for (const cells of rows) {
        for (const column of columns) {
          if (noValue.test(cells[column]!)) continue;
          cells[column] = cells[column]!.replaceAll('.', '').replace(',', '.');
        }
      }
    },
  };
}

/** `point`: the column holds numbers with a decimal point; `none`: words, or whole numbers only. */
function commasOf(rows: readonly string[][], column: number): 'point' | 'none' | 'possible' | 'certain' {
  let commas = 0;
  let points = 0;
  let others = 0;
  let isCertain = false;
  for (const cells of rows) {
    const cell = cells[column]!;
    if (noValue.test(cell)) continue;
    if (withComma.test(cell)) {
      commas += 1;
      isCertain ||= beyondDoubt.test(cell);
    } else if (!withoutComma.test(cell)) {
      if (withPoint.test(cell)) points += 1;
      else others += 1;
    }
  }
  if (points > 0 && commas === 0 && others === 0) return 'point';
  if (commas === 0 || points > 0 || others > 0) return 'none';
  return isCertain ? 'certain' : 'possible';
}
