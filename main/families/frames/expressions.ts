/**
 * Approval and weight expressions in the manner of PixInsight's SubframeSelector, such as
 * `fwhm <= 3.2 && eccentricity < 0.6 && starCount > 0.7 * median(starCount)`. Names are measurements and `score`;
 * median, mean, sigma, minimum and maximum look at all frames given. Parsed here and walked as a tree: nothing of the
 * text is ever run as a program.
 */
import { NightsiftError } from '../../../contract/errors.ts';
import { type Node, parseExpression } from './expression-parser.ts';
import { median, robustSigma } from './session/robust-statistics.ts';

/** Figures of one frame by name; null or absent where not measured. */
export type FrameFigures = Readonly<Record<string, number | null | undefined>>;

export interface Expression {
  readonly text: string;
  /** Names of the figures it uses. */
  readonly names: readonly string[];
  /** One value for each frame, in order; null where a figure it needs is missing or the result is not finite. */
  weights(frames: readonly FrameFigures[]): (number | null)[];
  /** True for frames that satisfy it; a missing figure never approves. */
  approvals(frames: readonly FrameFigures[]): boolean[];
}

/** What an expression may name. */
export const expressionNames: readonly string[] = [
  'fwhm',
  'fwhmArcsec',
  'hfr',
  'eccentricity',
  'ellipticity',
  'starCount',
  'background',
  'noise',
  'snr',
  'transparency',
  'saturatedFraction',
  'hotPixelCount',
  'cosmicRayCount',
  'weight',
  'psfSignalWeight',
  'psfSnr',
  'wfwhm',
  'centreFwhm',
  'cornerFwhm',
  'worstCornerFwhm',
  'cornerEccentricity',
  'fieldCurvature',
  'tilt',
  'tiltAngle',
  'score',
]; // prettier-ignore

type Fold = (values: readonly number[]) => number;
/** Functions of a figure over all frames. */
const folds: ReadonlyMap<string, Fold> = new Map<string, Fold>([
  ['median', (values) => median(values)],
  ['mean', (values) => values.reduce((sum, value) => sum + value, 0) / values.length],
  ['sigma', (values) => robustSigma(values)],
  ['minimum', (values) => values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)],
  ['maximum', (values) => values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)],
]);

type Pointwise = (...values: number[]) => number;
/** Functions of one frame's values, with how many they take. */
const pointwise: ReadonlyMap<string, readonly [number, Pointwise]> = new Map<
  string,
  readonly [number, Pointwise]
>([
  ['abs', [1, Math.abs]],
  ['sqrt', [1, Math.sqrt]],
  ['log', [1, Math.log]],
  ['exp', [1, Math.exp]],
  ['min', [2, Math.min]],
  ['max', [2, Math.max]],
]);

/**
 * Understands an expression once, for any number of frames.
 * @throws `wrongUse` with the place in the text: unknown names, wrong syntax, more than 1,000 characters
 */
export function compileExpression(text: string): Expression {
  const tree = parseExpression(text);
  const names = new Set<string>();
  check(tree, text, names);
  const evaluate = (frames: readonly FrameFigures[]): number[] => evaluateTree(tree, frames);
  return {
    text,
    names: [...names],
    weights: (frames) => evaluate(frames).map((value) => (Number.isFinite(value) ? value : null)),
    approvals: (frames) => evaluate(frames).map((value) => !Number.isNaN(value) && value !== 0),
  };
}

function check(node: Node, text: string, names: Set<string>): void {
  if (node.kind === 'name') {
    if (!expressionNames.includes(node.name)) {
      throw misuse(text, node.at, `does not know "${node.name}"`, `Names are ${expressionNames.join(', ')}.`);
    }
    names.add(node.name);
  }
  if (node.kind === 'call') {
    const wanted = folds.has(node.name) ? 1 : pointwise.get(node.name)?.[0];
    if (wanted === undefined) {
      const known = [...folds.keys(), ...pointwise.keys()].join(', ');
      throw misuse(text, node.at, `does not know the function "${node.name}"`, `Functions are ${known}.`);
    }
    if (wanted !== node.inputs.length) {
      throw misuse(text, node.at, `gives "${node.name}" ${node.inputs.length} values`, `It takes ${wanted}.`);
    }
  }
  for (const input of node.inputs) check(input, text, names);
}

function misuse(text: string, at: number, found: string, hint: string): NightsiftError {
  const message = `The expression "${text}" ${found} at character ${at + 1}.`;
  return new NightsiftError('wrongUse', message, { hint, details: { at: at + 1 } });
}

/** Values of a node for all frames; NaN where a figure is missing. Truth is 1 and 0. */
function evaluateTree(node: Node, frames: readonly FrameFigures[]): number[] {
  if (node.kind === 'number') return frames.map(() => node.value);
  if (node.kind === 'name') {
    return frames.map((frame) =>
      Object.hasOwn(frame, node.name) ? (frame[node.name] ?? Number.NaN) : Number.NaN,
    );
  }
  const inputs = node.inputs.map((input) => evaluateTree(input, frames));
  if (node.kind === 'call') return call(node.name, inputs, frames.length);
  if (node.kind === 'unary') return inputs[0].map((value) => (node.operator === '-' ? -value : not(value)));
  return inputs[0].map((left, k) => combine(node.operator, left, inputs[1][k]));
}

function call(name: string, inputs: readonly number[][], count: number): number[] {
  const fold = folds.get(name);
  if (fold !== undefined) {
    const known = inputs[0].filter((value) => Number.isFinite(value));
    const value = known.length === 0 ? Number.NaN : fold(known);
    return new Array<number>(count).fill(value);
  }
  const own = (pointwise.get(name) as readonly [number, Pointwise])[1];
  return inputs[0].map((_, k) => own(...inputs.map((values) => values[k])));
}

function not(value: number): number {
  if (Number.isNaN(value)) return Number.NaN;
  return value === 0 ? 1 : 0;
}

function combine(operator: string, left: number, right: number): number {
  const truth = logical(operator, left, right);
  if (truth !== null) return truth;
  if (Number.isNaN(left) || Number.isNaN(right)) return Number.NaN;
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '^':
      return left ** right;
    case '<':
      return Number(left < right);
    case '<=':
      return Number(left <= right);
    case '>':
      return Number(left > right);
    case '>=':
      return Number(left >= right);
    case '==':
      return Number(left === right);
    default:
      return Number(left !== right);
  }
}

/** What is missing decides nothing: false && missing is false, true || missing is true. Null for other operators. */
function logical(operator: string, left: number, right: number): number | null {
  if (operator !== '&&' && operator !== '||') return null;
  const decisive =
    operator === '&&'
      ? (value: number) => value === 0
      : (value: number) => value !== 0 && !Number.isNaN(value);
  const outcome = operator === '&&' ? 0 : 1;
  if (decisive(left) || decisive(right)) return outcome;
  return Number.isNaN(left) || Number.isNaN(right) ? Number.NaN : 1 - outcome;
}
