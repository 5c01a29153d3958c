/** Text of an expression to a tree: numbers, names, calls, parentheses, ! - ^ * / + < <= > >= == != && ||. */
import { NightsiftError } from '../../../contract/errors.ts';

interface Placed {
  /** Place in the text, from 0. */
  readonly at: number;
  readonly inputs: readonly Node[];
}
export type Node =
  | (Placed & { readonly kind: 'number'; readonly value: number })
  | (Placed & { readonly kind: 'name'; readonly name: string })
  | (Placed & { readonly kind: 'call'; readonly name: string })
  | (Placed & { readonly kind: 'unary'; readonly operator: string })
  | (Placed & { readonly kind: 'binary'; readonly operator: string });

const longestText = 1000;
const deepestNesting = 60;

/** Operators by how tightly they bind, loosest first; all group from the left. */
const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', '/'],
];

interface Token {
  readonly text: string;
  readonly kind: 'number' | 'name' | 'sign' | 'end';
  readonly at: number;
}

const tokenPattern =
  /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|(<=|>=|==|!=|&&|\|\||[-+*/^<>!(),]))/y;

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  let at = 0;
  while (at < end) {
    tokenPattern.lastIndex = at;
    const found = tokenPattern.exec(text);
    if (found === null) {
      const blanks = text.slice(at).length - text.slice(at).trimStart().length;
      throw misread(text, at + blanks, 'something that is no number, name or operator');
    }
    const [whole, number, name, sign] = found;
    const word = number ?? name ?? sign;
    const kind = number !== undefined ? 'number' : name !== undefined ? 'name' : 'sign';
    tokens.push({ text: word, kind, at: at + whole.length - word.length });
    at += whole.length;
  }
  tokens.push({ text: '', kind: 'end', at: end });
  return tokens;
}

function misread(text: string, at: number, found: string): NightsiftError {
  const message = `The expression "${text.slice(0, 200)}" has ${found} at character ${at + 1}.`;
  const hint = 'Write it like fwhm <= 3.2 && eccentricity < 0.6 && starCount > 0.7 * median(starCount).';
  return new NightsiftError('wrongUse', message, { hint, details: { at: at + 1 } });
}

/** @throws `wrongUse` with the place */
export function parseExpression(text: string): Node {
  if (text.length > longestText) throw misread(text, longestText, `more than ${longestText} characters, cut`);
  const tokens = tokensOf(text);
  let next = 0;
  let depth = 0;

  const isNext = (sign: string): boolean => tokens[next].kind === 'sign' && tokens[next].text === sign;
  const expect = (sign: string): void => {
    if (!isNext(sign)) throw misread(text, tokens[next].at, `no "${sign}"`);
    next++;
  };
  const deeper = <T>(read: () => T): T => {
    if (++depth > deepestNesting) throw misread(text, tokens[next].at, 'too many nested parts');
    const result = read();
    depth--;
    return result;
  };

  const level = (index: number): Node => {
    if (index === levels.length) return unary();
    let left = level(index + 1);
    while (tokens[next].kind === 'sign' && levels[index].includes(tokens[next].text)) {
      const { text: operator, at } = tokens[next++];
      left = { kind: 'binary', operator, at, inputs: [left, level(index + 1)] };
    }
    return left;
  };
  const unary = (): Node => {
    const { text: operator, at } = tokens[next];
    if (!isNext('-') && !isNext('!')) return power();
    next++;
    return deeper(() => ({ kind: 'unary', operator, at, inputs: [unary()] }));
  };
  const power = (): Node => {
    const base = primary();
    if (!isNext('^')) return base;
    const { at } = tokens[next++];
    return deeper(() => ({ kind: 'binary', operator: '^', at, inputs: [base, unary()] }));
  };
  const primary = (): Node => {
    const token = tokens[next++];
    if (token.kind === 'number')
      return { kind: 'number', value: Number(token.text), at: token.at, inputs: [] };
    if (token.kind === 'name')
      return isNext('(') ? callOf(token) : { kind: 'name', name: token.text, at: token.at, inputs: [] };
    if (token.text !== '(')
      throw misread(text, token.at, token.kind === 'end' ? 'an end too soon' : `"${token.text}"`);
    const inner = deeper(() => level(0));
    expect(')');
    return inner;
  };
  const callOf = ({ text: name, at }: Token): Node => {
    expect('(');
    const inputs = [deeper(() => level(0))];
    while (isNext(',')) {
      next++;
      inputs.push(deeper(() => level(0)));
    }
    expect(')');
    return { kind: 'call', name, at, inputs };
  };

  const tree = level(0);
  if (tokens[next].kind !== 'end') throw misread(text, tokens[next].at, `"${tokens[next].text}" left over`);
  return tree;
}
