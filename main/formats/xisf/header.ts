/** The XML header of an XISF file (XISF 1.0, sections 9 to 11): the first image, its keywords and properties. */
import { XMLParser } from 'fast-xml-parser';
import type { ByteSource } from '../byte-source.ts';
import { type FitsCard, parseCard, parseValueField } from '../fits/cards.ts';
import { quoted, refusal } from '../refusal.ts';

export interface XisfImage {
  readonly attributes: Readonly<Record<string, string>>;
  /** FITS keywords, then what properties say under a keyword of the same meaning. */
  readonly cards: readonly FitsCard[];
}

const signatureBytes = 16;
const maximumHeaderBytes = 16 * 1024 * 1024;
const maximumDepth = 32;

type Element = Readonly<Record<string, unknown>>;

const lists = new Set(['Image', 'FITSKeyword', 'Property', 'ColorFilterArray']);

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  // Neither own entities nor an expansion of any kind; the five of XML itself are replaced below.
  processEntities: false,
  maxNestedTags: maximumDepth,
  isArray: (name) => lists.has(name),
});

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(lt|gt|amp|quot|apos);/g, (_, name: string) => entities[name] ?? '');
}

function attribute(element: Element, name: string): string | null {
  const value = element[`@${name}`];
  return typeof value === 'string' ? unescapeXml(value) : null;
}

function children(element: Element, name: string): Element[] {
  const list = element[name];
  return Array.isArray(list)
    ? list.filter((item): item is Element => typeof item === 'object' && item !== null)
    : [];
}

/** The header's text. @throws `badHeader`. */
function headerText(source: ByteSource): string {
  const start = source.read(0, signatureBytes);
  const length =
    start.length < signatureBytes ? 0 : new DataView(start.buffer, start.byteOffset).getUint32(8, true);
  if (length === 0 || length > maximumHeaderBytes || signatureBytes + length > source.byteLength) {
    throw refusal(
      'badHeader',
      source,
      `its XML header of ${length} bytes does not fit into the file's ${source.byteLength} bytes`,
      'The file was cut off or its beginning is damaged; take another copy.',
    );
  }
  return Buffer.from(source.read(signatureBytes, length)).toString('utf8').replaceAll('\0', '');
}

function badXml(source: ByteSource, found: string) {
  return refusal('badHeader', source, found, 'The header is damaged; take another copy of the file.');
}

/** Properties that say what a FITS keyword says, and the factor between their units. */
const properties: readonly (readonly [string, string, number])[] = [
  ['Observation:Object:Name', 'OBJECT', 1],
  ['Observation:Time:Start', 'DATE-OBS', 1],
  ['Observation:Center:RA', 'RA', 1],
  ['Observation:Center:Dec', 'DEC', 1],
  ['Instrument:ExposureTime', 'EXPTIME', 1],
  ['Instrument:Filter:Name', 'FILTER', 1],
  ['Instrument:Camera:Name', 'INSTRUME', 1],
  ['Instrument:Camera:Gain', 'EGAIN', 1],
  ['Instrument:Camera:XBinning', 'XBINNING', 1],
  ['Instrument:Sensor:Temperature', 'CCD-TEMP', 1],
  ['Instrument:Sensor:XPixelSize', 'PIXSIZE1', 1],
  ['Instrument:Telescope:Name', 'TELESCOP', 1],
  // Metres there, millimetres here.
  ['Instrument:Telescope:FocalLength', 'FOCALLEN', 1000],
];

function propertyCards(image: Element): FitsCard[] {
  const cards: FitsCard[] = [];
  for (const property of children(image, 'Property')) {
    const known = properties.find(([id]) => id === attribute(property, 'id'));
    if (known === undefined) continue;
    const [, keyword, factor] = known;
    const body = property['#text'];
    const text = attribute(property, 'value') ?? (typeof body === 'string' ? unescapeXml(body) : '');
    const number = Number(text);
    const value = text.trim() !== '' && Number.isFinite(number) ? number * factor : text;
    cards.push({ keyword, value, text: String(value), comment: '' });
  }
  return cards;
}

/** Attributes of the image that FITS writes as keywords. */
function attributeCards(image: Element): FitsCard[] {
  const cards: FitsCard[] = [];
  const add = (keyword: string, value: string | null) => {
    if (value !== null) cards.push({ keyword, value, text: value, comment: '' });
  };
  const mosaic = children(image, 'ColorFilterArray')[0];
  add('BAYERPAT', mosaic === undefined ? null : attribute(mosaic, 'pattern'));
  add('IMAGETYP', attribute(image, 'imageType'));
  return cards;
}

function keywordCards(image: Element): FitsCard[] {
  return children(image, 'FITSKeyword').map((element) => {
    const keyword = (attribute(element, 'name') ?? '').toUpperCase();
    const value = attribute(element, 'value') ?? '';
    const comment = attribute(element, 'comment') ?? '';
    if (keyword === 'COMMENT' || keyword === 'HISTORY' || keyword === '')
      return parseCard(keyword.padEnd(8) + comment);
    return { ...parseValueField(keyword, value), comment };
  });
}

function attributesOf(image: Element): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const key of Object.keys(image)) {
    if (key.startsWith('@')) attributes[key.slice(1)] = attribute(image, key.slice(1)) ?? '';
  }
  return attributes;
}

/** @throws `badHeader`; `noImage` when the header describes none. */
export function readXisfHeader(source: ByteSource): XisfImage {
  const text = headerText(source);
  if (/<!DOCTYPE|<!ENTITY/i.test(text)) throw badXml(source, 'its XML header declares a document type');
  let root: unknown;
  try {
    root = (parser.parse(text) as { xisf?: unknown }).xisf;
  } catch (cause) {
    throw badXml(source, `its XML header is not well formed (${quoted(String((cause as Error).message))})`);
  }
  if (typeof root !== 'object' || root === null) throw badXml(source, 'its XML header has no xisf element');
  const image = children(root as Element, 'Image')[0];
  if (image === undefined) {
    throw refusal('noImage', source, 'its XML header describes no image', 'Leave the file out.');
  }
  return {
    attributes: attributesOf(image),
    cards: [...keywordCards(image), ...attributeCards(image), ...propertyCards(image)],
  };
}
