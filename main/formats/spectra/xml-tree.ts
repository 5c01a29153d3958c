/** The little of an XML tree that spectrum files need, over the parser's ordered form. */
import { refusal } from '../refusal.ts';
import type { SpectrumFile } from './spectrum.ts';

/** `{ TAG: [children], ':@': { attributes } }`, or `{ '#text': … }`. */
export interface XmlNode {
  readonly ':@'?: Readonly<Record<string, string>>;
  readonly [tag: string]: unknown;
}

const deepest = 64;
const mostBytes = 256 * 1024 * 1024;

/** Entities and document types are how XML attacks; spectra need neither. Errors: badHeader, tooLarge. */
export function refuseUnsafe(text: string, file: SpectrumFile): void {
  if (text.length > mostBytes)
    throw refusal('tooLarge', file, `${text.length} bytes of XML`, `At most ${mostBytes} are read.`);
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) {
    throw refusal(
      'badHeader',
      file,
      'it defines a document type or entities of its own',
      'Export it without them.',
    );
  }
}

export function attributes(node: XmlNode): Readonly<Record<string, string | undefined>> {
  return node[':@'] ?? {};
}

export function childrenOf(node: XmlNode): XmlNode[] {
  const tag = Object.keys(node).find((name) => name !== ':@');
  const children = tag === undefined ? [] : node[tag];
  return Array.isArray(children) ? (children as XmlNode[]) : [];
}

/** All elements of a name in document order, also below each other. */
export function findAll(nodes: readonly XmlNode[], tag: string, depth = 0): XmlNode[] {
  if (depth > deepest) return [];
  return nodes.flatMap((node) => [
    ...(Object.hasOwn(node, tag) ? [node] : []),
    ...findAll(childrenOf(node), tag, depth + 1),
  ]);
}

/** Text of the first element of a name below a node; null without one. */
export function firstText(node: XmlNode, tag: string): string | null {
  const [found] = findAll(childrenOf(node), tag);
  return found === undefined ? null : textWithin(found);
}

export function textWithin(node: XmlNode): string {
  return childrenOf(node)
    .map((child) => child['#text'])
    .filter((text) => text !== undefined)
    .join(' ')
    .trim();
}
