/** 28 forms and meanings of a column's name. Meanings are lists of words as tables in English use them. */
import { knownShare, readability } from './vocabulary.ts';

const meanings: readonly (readonly [name: string, words: string])[] = [
  [
    'meansKey',
    'id ids key uid uuid guid pk index idx serial rowid objectid identifier ident no nr number hash',
  ],
  [
    'meansCode',
    'code codes cd cde ref sku zip zipcode postal postcode fips naics ein isbn abbr symbol ticker icao iata',
  ],
  [
    'meansName',
    'name names title label first last full firstname lastname author player artist brand company owner username user',
  ],
  [
    'meansTime',
    'date dates time datetime timestamp day month dt ts hour minute created updated modified start end begin birth dob expires deadline launched at on',
  ],
  ['meansYear', 'year years yr fy season decade'],
  [
    'meansCount',
    'count counts cnt num total totals sum n qty quantity amount votes views likes visits population pop size frequency freq',
  ],
  [
    'meansRate',
    'rate ratio pct percent percentage share avg average mean median std stdev var min max score rating index prob probability per',
  ],
  [
    'meansMoney',
    'price cost amount salary revenue income fee tax budget usd dollar dollars sales pay wage value val profit gross balance',
  ],
  [
    'meansClass',
    'type types class category categories kind group status state level grade rank stage mode phase genre sector segment method source language gender sex race color colour country region city county district department division team position role',
  ],
  ['meansFlag', 'is has was can flag bool boolean active enabled valid deleted yes'],
  ['meansLink', 'url urls link links href website web homepage image img photo picture thumbnail uri site'],
  [
    'meansText',
    'description desc text comment comments notes note review summary content body message abstract details remarks reason bio about quote tweet lyrics overview synopsis narrative',
  ],
  [
    'meansPlace',
    'lat latitude lon long lng longitude geo location coordinates coord address street x y z geometry point',
  ],
  [
    'meansMeasure',
    'height weight length width depth area volume temp temperature speed distance duration age pressure angle mass density power energy voltage current score pts points',
  ],
  [
    'meansList',
    'tags keywords list items categories genres features skills ingredients json array members names topics authors',
  ],
  ['meansOther', 'other misc unnamed unknown specify extra'],
];

const meaningOfWord = new Map<string, number[]>();
meanings.forEach(([, words], index) => {
  for (const word of words.split(' ')) meaningOfWord.set(word, [...(meaningOfWord.get(word) ?? []), index]);
});

const figures = [
  'nameLength',
  'nameWords',
  'nameDigits',
  'nameEndsInDigit',
  'nameCapitals',
  'nameSigns',
  'nameLastMeaning',
  'nameKnown', // share of its letters that common words cover
  'nameReadable', // how likely its letters follow one another
  'nameVowels', // share of its letters
  'nameTurns', // from letters to digits or back
  'nameConsonants', // the longest row of them
] as const;

/** Of a name, for its vowels, turns and consonants; words are cut as early. */
const mostCharacters = 200;

export const namePatternNames = [...meanings.map(([name]) => name), ...figures];

export function writeNamePatterns(
  name: string,
  words: readonly string[],
  target: Float32Array,
  at: number,
): void {
  words.forEach((word, place) => {
    // the last word says what a thing is, the ones before which
    for (const meaning of meaningOfWord.get(word) ?? []) {
      const weight = place === words.length - 1 ? 1 : 0.5;
      target[at + meaning] = Math.max(target[at + meaning]!, weight);
    }
  });
  const length = Math.max(1, name.length);
  const shareOf = (form: RegExp) => (name.match(form)?.length ?? 0) / length;
  const next = at + meanings.length;
  target[next] = Math.log10(1 + name.length);
  target[next + 1] = words.length;
  target[next + 2] = shareOf(/\d/g);
  target[next + 3] = /\d\W*$/.test(name) ? 1 : 0;
  target[next + 4] = shareOf(/[A-Z]/g);
  target[next + 5] = shareOf(/[^A-Za-z0-9]/g);
  target[next + 6] = 1 + (meaningOfWord.get(words.at(-1) ?? '')?.[0] ?? -1);
  target[next + 7] = knownShare(words);
  target[next + 8] = readability(words);
  const shown = name.slice(0, mostCharacters);
  const letters = shown.match(/[a-z]/gi)?.length ?? 0;
  target[next + 9] = (shown.match(/[aeiouy]/gi)?.length ?? 0) / Math.max(1, letters);
  target[next + 10] = shown.match(/[a-z](?=\d)|\d(?=[a-z])/gi)?.length ?? 0;
  target[next + 11] = longestOf(shown.match(/[b-df-hj-np-tv-xz]+/gi) ?? []);
}

function longestOf(parts: readonly string[]): number {
  return parts.reduce((most, part) => Math.max(most, part.length), 0);
}
