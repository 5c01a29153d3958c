/** Made-up columns of every class: names and cells as tables have them, seeded. For classes that real tables show rarely. */

import { type Draws, drawsFrom } from '../draws.ts';
import { type ColumnDescription, describeColumn } from './description.ts';

type Maker = (draw: Draws) => { readonly names: readonly string[]; readonly cell: (row: number) => string };

const words =
  'light dark north south river stone field paper signal window garden station morning evening report number system water market school table engine letter bridge forest winter summer record sample member project service'.split(
    ' ',
  );
const people = 'Ada Noor Ivan Mei Tomas Lena Omar Rosa Juan Priya Karl Aiko Nils Zoe Amir Eva'.split(' ');
const places = 'Oslo Lima Quito Cairo Delhi Perth Turin Gdansk Bergen Tunis Osaka Leeds'.split(' ');
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

const pad = (value: number) => String(value).padStart(2, '0');
const phrase = (draw: Draws, length: number) => Array.from({ length }, () => draw.pick(words)).join(' ');
const sentence = (draw: Draws) => {
  const text = phrase(draw, 8 + draw.whole(18));
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
};

const numeric: Maker = (draw) => {
  const digits = draw.whole(4);
  const scale = 10 ** (1 + draw.whole(6));
  const names = [
    'height',
    'weight',
    'temperature',
    'num_visits',
    'total',
    'mean_speed',
    'age',
    'distance_km',
    'score',
    'population',
    'area',
    'avgDuration',
  ];
  return { names, cell: () => ((draw.uniform() - (digits > 2 ? 0.5 : 0)) * scale).toFixed(digits) };
};

const categorical: Maker = (draw) => {
  const levels = Array.from({ length: 3 + draw.whole(9) }, (_, index) =>
    draw.pick([draw.pick(words), draw.pick(places), String(index + 1), String.fromCharCode(65 + index)]),
  );
  return {
    names: [
      'type',
      'category',
      'status',
      'region',
      'colour',
      'grade',
      'class',
      'segment',
      'payment_method',
      'weekday',
    ],
    cell: () => draw.pick(levels),
  };
};

const boolean: Maker = (draw) => {
  const pair = draw.pick([
    ['0', '1'],
    ['yes', 'no'],
    ['true', 'false'],
    ['Y', 'N'],
    ['TRUE', 'FALSE'],
    ['t', 'f'],
    ['on', 'off'],
  ] as const);
  return {
    names: ['is_active', 'hasChildren', 'flag', 'valid', 'smoker', 'deleted', 'outcome', 'enabled'],
    cell: () => draw.pick(pair),
  };
};

const datetime: Maker = (draw) => {
  const form = draw.whole(5);
  const cell = () => {
    const [year, month, day] = [1980 + draw.whole(45), 1 + draw.whole(12), 1 + draw.whole(28)];
    const clock = `${pad(draw.whole(24))}:${pad(draw.whole(60))}:${pad(draw.whole(60))}`;
    return [
      `${year}-${pad(month)}-${pad(day)}`,
      `${month}/${day}/${year}`,
      `${year}-${pad(month)}-${pad(day)} ${clock}`,
      `${day} ${months[month - 1]} ${year}`,
      `${year}${pad(month)}${pad(day)}`,
    ][form]!;
  };
  return { names: ['date', 'created_at', 'timestamp', 'start_date', 'birthDate', 'last_seen', 'time'], cell };
};

const textLong: Maker = (draw) => ({
  names: ['description', 'comment', 'review_text', 'notes', 'summary', 'abstract', 'body', 'Remarks'],
  cell: () => Array.from({ length: 1 + draw.whole(3) }, () => sentence(draw)).join(' '),
});

const url: Maker = (draw) => ({
  names: ['url', 'link', 'image_url', 'homepage', 'website', 'photo'],
  cell: () =>
    `${draw.pick(['http', 'https'])}://www.${draw.pick(words)}${draw.pick(words)}.${draw.pick(['com', 'org', 'net'])}/${draw.pick(words)}/${draw.whole(9999)}`,
});

const embeddedNumber: Maker = (draw) => {
  const form = draw.whole(5);
  const cell = () => {
    const value = draw.whole(90_000) + 10;
    return [
      `$${value.toLocaleString('en-US')}`,
      `${draw.whole(100)}.${draw.whole(10)}%`,
      `${value} ${draw.pick(['km', 'kg', 'mm'])}`,
      value.toLocaleString('en-US'),
      `${draw.whole(40)} - ${40 + draw.whole(60)} years`,
    ][form]!;
  };
  return { names: ['price', 'salary', 'share', 'distance', 'length', 'amount', 'percent', 'size'], cell };
};

const list: Maker = (draw) => {
  const sign = draw.pick([', ', ';', '|']);
  const isBracketed = draw.uniform() < 0.3;
  const cell = () => {
    const text = Array.from({ length: 2 + draw.whole(6) }, () => draw.pick(words)).join(sign);
    return isBracketed ? `[${text}]` : text;
  };
  return { names: ['tags', 'genres', 'keywords', 'ingredients', 'skills', 'authors', 'members'], cell };
};

const identifier: Maker = (draw) => {
  const form = draw.whole(3);
  const start = draw.whole(100_000);
  const cell = (row: number) =>
    [
      String(start + row),
      `${draw.pick(words).slice(0, 2).toUpperCase()}-${start + row}`,
      `${(start + row).toString(16)}${draw.whole(2 ** 32).toString(16)}${draw.whole(2 ** 32).toString(16)}`,
    ][form]!;
  return { names: ['id', 'record_id', 'uuid', 'index', 'key', 'rowId', 'customer_id', 'serial'], cell };
};

const contextSpecific: Maker = (draw) => ({
  names: ['name', 'address', 'field7', 'x1', 'code', 'ref', 'v204', 'owner', 'misc'],
  cell: (row) =>
    draw.pick([
      `${draw.pick(people)} ${draw.pick(people)}`,
      `${draw.whole(300)} ${draw.pick(places)} Street`,
      `${draw.pick(words).slice(0, 3).toUpperCase()}${row % 97}`,
    ]),
});

const constant: Maker = (draw) => {
  const value = draw.pick(['', '0', draw.pick(words), 'n/a']);
  return {
    names: ['unused', 'Unnamed: 3', 'blank', 'version', 'source'],
    cell: () => (draw.uniform() < 0.5 ? value : ''),
  };
};

/** What stands for a class, in either set of classes; several take turns. */
const makers: Readonly<Record<string, readonly Maker[]>> = {
  numeric: [numeric],
  categorical: [categorical],
  boolean: [boolean],
  datetime: [datetime],
  text_long: [textLong],
  sentence: [textLong],
  text_short: [url, embeddedNumber, list],
  url: [url],
  'embedded-number': [embeddedNumber],
  list: [list],
  identifier: [identifier],
  'not-generalizable': [identifier, constant],
  'context-specific': [contextSpecific],
  unknown: [contextSpecific, constant],
};

/** A column of a class; null for a class that nothing is known of. The same class and number give the same column. */
export function synthesiseColumn(className: string, number: number): ColumnDescription | null {
  const possible = makers[className];
  if (possible === undefined) return null;
  const draw = drawsFrom(number, className);
  const { names, cell } = possible[number % possible.length]!(draw);
  const rows = 20 + draw.whole(400);
  const missing = draw.uniform() < 0.3 ? draw.uniform() * 0.4 : 0;
  const cells = Array.from({ length: rows }, (_, row) => (draw.uniform() < missing ? '' : cell(row)));
  return describeColumn(nameOf(draw, names), cells);
}

/** In the spellings that programs write. */
function nameOf(draw: Draws, names: readonly string[]): string {
  const name = draw.pick(names);
  const prefix = draw.uniform() < 0.25 ? `${draw.pick(words)}_` : '';
  const whole = prefix + name;
  return [whole, whole.toUpperCase(), whole.replaceAll('_', ' '), whole[0]!.toUpperCase() + whole.slice(1)][
    draw.whole(4)
  ]!;
}
