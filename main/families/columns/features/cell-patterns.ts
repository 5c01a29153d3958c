/** 37 forms that cells are written in; each counts as the share of the present samples that have it. */

const months =
  'jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?';
const weekdays = '(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?';

const forms: readonly (readonly [name: string, form: RegExp])[] = [
  ['integer', /^[+-]?\d+$/],
  ['decimal', /^[+-]?\d*\.\d+$/],
  ['exponent', /^[+-]?\d+\.?\d*[eE][+-]?\d+$/],
  ['negative', /^-\.?\d/],
  ['thousands', /^[^\d,]{0,3}\d{1,3}(?:,\d{3})+(?:\.\d+)?\D{0,3}$/],
  ['money', /^[+-]?\(?\s*[$\u20ac\u00a3\u00a5\u20b9]|\d\s*(?:usd|eur|gbp|dollars?)\b/i],
  ['percentage', /\d\s*%$/],
  ['numberWithUnit', /^[+-]?\d[\d.,]*\s*-?[a-z\u00b5\u00b0'"]{1,8}\.?(?:\/[a-z]+)?$/i],
  ['numberThenWords', /^[+-]?[<>~]?\s*\d[\d.,]*\s+[a-z]+/i],
  ['wordsThenNumber', /^[a-z][a-z\s.:#-]*\d[\d.,]*$/i],
  ['numberRange', /^\D?\d[\d.,]*\s*(?:-|\u2013|to)\s*\D?\d[\d.,]*\D{0,12}$/i],
  ['digitsAndLetters', /(?:\d.*[a-z]|[a-z].*\d)/i],
  ['isoDate', /^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}/],
  ['dayDate', /^\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}/],
  ['calendarWord', new RegExp(`\\b(?:${months}|${weekdays})\\b`, 'i')],
  ['monthDate', new RegExp(`(?:\\d{1,4}[\\s,-]+(?:${months})|(?:${months})\\.?[\\s,-]+\\d{1,4})\\b`, 'i')],
  ['clock', /\b\d{1,2}:\d{2}(?::\d{2})?/],
  ['dateAndClock', /\d[-/.]\d{1,4}[T\s].*\d:\d\d/],
  ['year', /^(?:1[6-9]|20)\d\d(?:\.0)?$/],
  ['packedTime', /^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?:\d{6})?$|^1[0-6]\d{8}(?:\d{3})?$/],
  ['webAddress', /(?:https?|ftp):\/\/|\bwww\./i],
  ['mailOrDomain', /@[\w-]+\.\w|^[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|edu|gov|io|co)\b/i],
  [
    'fileName',
    /[\w)]\.(?:jpe?g|png|gif|pdf|csv|txt|html?|zip|mp[34]|wav|json|xml|py|docx?|xlsx?)$|^\/?(?:[\w.-]+\/){2,}/i,
  ],
  ['truthWord', /^(?:true|false|yes|no|t|f|y|n)$/i],
  ['zeroOrOne', /^[01](?:\.0)?$/],
  ['singleLetter', /^[^\d\s]$/],
  ['capitalCode', /^[A-Z]{2,6}$/],
  ['mixedCode', /^(?=.*\d)(?=.*[A-Z])[A-Z0-9]+(?:[-_./][A-Z0-9]+)*$/],
  ['arrayOfPlain', /^\[[^{}]*\]$/s], // entries that are no records themselves
  ['commaList', /^[^,]{1,60}(?:,[^,\d][^,]{0,60}){2,}$|^[^,]+,[^,]+,[^,]+,/s],
  ['numberList', /^\(*\s*[-+]?[\d.]+(?:e[-+]\d+)?(?:[\s,;|]+[-+]?[\d.]+)+/i],
  ['signList', /[;|].*[;|]|^[^;|]+[;|][^;|]+$/s],
  ['sentence', /^(?:\S+\s+){7,}\S/],
  ['proseEnd', /[a-z)]\s*[.!?]["')]?$/],
  ['properName', /^(?:[A-Z][\p{Ll}'.-]+)(?:\s+(?:[A-Z][\p{Ll}'.-]*|of|and|the|de|von|van|&))+$/u],
  ['capitalised', /^[A-Z][\p{Ll}]+$/u],
  ['lowerWord', /^\p{Ll}[\p{Ll}_-]*$/u],
];

export const cellPatternNames = forms.map(([name]) => name);

/** Of a cell; what lies behind says nothing new about its form, and regular expressions stay quick. */
const mostCharacters = 300;

export function writeCellPatterns(present: readonly string[], target: Float32Array, at: number): void {
  if (present.length === 0) return;
  const share = 1 / present.length;
  for (const sample of present) {
    const cell = sample.length > mostCharacters ? sample.slice(0, mostCharacters).trim() : sample.trim();
    for (let index = 0; index < forms.length; index += 1) {
      if (forms[index]![1].test(cell)) target[at + index]! += share;
    }
  }
}
