/** 26 shares: how much of the sample cells is made of which characters. */

const groups: readonly (readonly [name: string, members: string])[] = [
  ['digits', '0123456789'],
  ['lowerCase', ''],
  ['upperCase', ''],
  ['otherLetters', ''],
  ['blanks', ' \t\n\r\u00a0'],
  ['points', '.'],
  ['commas', ','],
  ['hyphens', '-\u2013\u2014\u2212'],
  ['underscores', '_'],
  ['slashes', '/'],
  ['colons', ':'],
  ['semicolons', ';'],
  ['parentheses', '()'],
  ['brackets', '[]'],
  ['braces', '{}'],
  ['at', '@'],
  ['hash', '#'],
  ['currency', '$\u20ac\u00a3\u00a5\u20b9'],
  ['percent', '%'],
  ['ampersands', '&'],
  ['plus', '+'],
  ['equals', '='],
  ['quotes', '"\'`\u2018\u2019\u201c\u201d'],
  ['endings', '?!'],
  ['bars', '|\\<>*^~'],
  ['others', ''],
];

export const characterNames = groups.map(([name]) => name);

const others = groups.length - 1;
const [lowerCase, upperCase, otherLetters] = [1, 2, 3];

/** Group of each of the first 256 characters; the rest are letters of other scripts or symbols. */
const groupOfCode = Uint8Array.from({ length: 256 }, (_, code) => {
  const letter = String.fromCharCode(code);
  const named = groups.findIndex(([, members]) => members.includes(letter));
  if (named >= 0 && letter !== '') return named;
  if (letter >= 'a' && letter <= 'z') return lowerCase;
  if (letter >= 'A' && letter <= 'Z') return upperCase;
  return code >= 0xc0 ? otherLetters : others;
});
const groupOfRare = new Map(
  groups.flatMap(([, members], index) =>
    [...members]
      .filter((letter) => letter.charCodeAt(0) >= 256)
      .map((letter) => [letter.charCodeAt(0), index]),
  ),
);

/** Characters looked at of one cell: a cell of a book says no more than its first page. */
const mostCharacters = 400;

export function writeCharacters(samples: readonly string[], target: Float32Array, at: number): void {
  let total = 0;
  for (const sample of samples) {
    const length = Math.min(sample.length, mostCharacters);
    total += length;
    for (let index = 0; index < length; index += 1) {
      const code = sample.charCodeAt(index);
      const group = code < 256 ? groupOfCode[code]! : (groupOfRare.get(code) ?? otherLetters);
      target[at + group]! += 1;
    }
  }
  if (total === 0) return;
  for (let group = 0; group < groups.length; group += 1) target[at + group]! /= total;
}
