/** Which colour filter lies over the first stored pixel of a colour camera's raw frame. */
import type { FitsHeader } from '../../formats/fits/header.ts';
import type { BayerPattern } from './record.ts';

export type RowOrder = 'topDown' | 'bottomUp';

const patterns: readonly BayerPattern[] = ['RGGB', 'BGGR', 'GRBG', 'GBRG'];
const patternKeywords = ['BAYERPAT', 'BAYRPAT', 'BAYERPATTERN', 'COLORTYP', 'CFA-PAT', 'CFAPAT'] as const;

export function readRowOrder(header: FitsHeader): RowOrder | null {
  const text =
    header
      .text('ROWORDER')
      ?.toUpperCase()
      .replaceAll(/[^A-Z]/g, '') ?? '';
  if (text === 'TOPDOWN') return 'topDown';
  return text === 'BOTTOMUP' ? 'bottomUp' : null;
}

function isPattern(text: string): text is BayerPattern {
  return (patterns as readonly string[]).includes(text);
}

/** The pattern as the capture program names it, null for mono frames and filters that are not Bayer's. */
export function readBayerPattern(header: FitsHeader, warnings: string[]): BayerPattern | null {
  for (const keyword of patternKeywords) {
    const text = header.text(keyword)?.toUpperCase().trim() ?? '';
    if (isPattern(text)) return text;
    // MaxIm and others put words like MONO or RGB there; only a mosaic we cannot use deserves a remark.
    if (/^[RGBCMYEW]{4,}$/.test(text) || text.startsWith('XTRANS')) {
      warnings.push(`${keyword} '${text.slice(0, 20)}' is no Bayer pattern; the frame is measured as mono`);
    }
  }
  return null;
}

function swapColumns(pattern: BayerPattern): BayerPattern {
  const [a, b, c, d] = pattern;
  return `${b}${a}${d}${c}` as BayerPattern;
}

/** The pattern one row further. */
export function swapRows(pattern: BayerPattern): BayerPattern {
  return `${pattern.slice(2)}${pattern.slice(0, 2)}` as BayerPattern;
}

function isOdd(value: number | null): boolean {
  return value !== null && Math.abs(Math.round(value)) % 2 === 1;
}

/**
 * The pattern as it lies in the stored rows. BAYERPAT describes the picture from its top; XBAYROFF and YBAYROFF
 * shift it; a frame stored bottom-up with an even number of rows begins with the pattern's second row.
 */
export function storedPattern(header: FitsHeader, pattern: BayerPattern, height: number): BayerPattern {
  const offsetX = header.number('XBAYROFF') ?? header.number('BAYOFFX') ?? header.number('BAYEROFFX');
  const offsetY = header.number('YBAYROFF') ?? header.number('BAYOFFY') ?? header.number('BAYEROFFY');
  let stored = pattern;
  if (isOdd(offsetX)) stored = swapColumns(stored);
  if (isOdd(offsetY)) stored = swapRows(stored);
  if (readRowOrder(header) === 'bottomUp' && height % 2 === 0) stored = swapRows(stored);
  return stored;
}
