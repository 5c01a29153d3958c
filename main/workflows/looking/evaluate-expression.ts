/** What an approval or weight expression says of every frame of a session. */
import { compileExpression } from '../../families/frames/expressions.ts';
import type { Library } from '../../library/open-library.ts';
import { findSession } from '../sessions.ts';
import { seenItems } from './rows.ts';

export interface Evaluated {
  readonly item: number[];
  /** Approvals as 1 and 0; null where a weight cannot be told. */
  readonly values: (number | null)[];
  readonly count: number;
  readonly names: string[];
}

/** Only measured frames take part. Errors: notFound; wrongUse with the place in the text. */
export function evaluateExpression(
  library: Library,
  reference: string,
  text: string,
  kind: 'approval' | 'weight',
): Evaluated {
  const expression = compileExpression(text);
  const seen = seenItems(library, findSession(library, reference)).filter(({ item }) => item.status === 'ok');
  const figures = seen.map(({ judgement, decision }) => ({
    ...judgement?.measurements,
    score: decision?.score ?? null,
  }));
  const values =
    kind === 'weight'
      ? expression.weights(figures)
      : expression.approvals(figures).map((holds) => Number(holds));
  return {
    item: seen.map(({ item }) => item.id),
    values,
    count: values.filter((value) => (kind === 'weight' ? value !== null : value === 1)).length,
    names: [...expression.names],
  };
}
