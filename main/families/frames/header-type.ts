/** Tells lights from calibration frames by the words that capture programs write. */
import type { FrameHeader } from '../../../contract/words.ts';
import type { FitsHeader } from '../../formats/fits/header.ts';

type FrameType = FrameHeader['frameType'];

const typeKeywords = [
  'IMAGETYP',
  'IMAGETYPE',
  'FRAME',
  'FRAMETYP',
  'FRAMETYPE',
  'OBSTYPE',
  'IMGTYPE',
  'IMTYPE',
];

/** Tried in order: a master dark is a master, a dark flat is a dark. */
const words: readonly (readonly [RegExp, FrameType])[] = [
  [/MASTER|STACK|INTEGRATION/, 'master'],
  [/DARK/, 'dark'],
  [/BIAS|OFFSET|^ZERO/, 'bias'],
  [/FLAT/, 'flat'],
  [/LIGHT|OBJECT|SCIENCE|TRICOLOR|COLOR|SNAPSHOT|^SKY$|^EXPOSE$|^SCI$/, 'light'],
];

function typeOf(text: string): FrameType {
  const upper = text.toUpperCase();
  for (const [pattern, type] of words) if (pattern.test(upper)) return type;
  return 'unknown';
}

/** Names that observers give to the target of a calibration series; whole words only, so that no star is lost. */
const calibrationTarget =
  /^(BIAS|DARK|FLAT|FLATS|DARKS|ZERO|SKY ?FLAT|DOME ?FLAT|TWILIGHT ?FLAT|FLAT ?WIZARD)$/;

export function readFrameType(header: FitsHeader): FrameType {
  for (const keyword of typeKeywords) {
    const text = header.text(keyword);
    if (text === null) continue;
    const type = typeOf(text);
    if (type !== 'unknown') return type;
  }
  const object = header.text('OBJECT')?.toUpperCase() ?? '';
  return calibrationTarget.test(object) ? typeOf(object) : 'unknown';
}

/** "Dark_60.0s_0001.fits", "bias-12.fit", "masterflat.xisf": the kind alone, then digits or nothing. */
const calibrationName =
  /^(master)?[-_ ]?(bias|offset|dark|flat|darkflat|flatdark)s?[-_ ]?(\d.*)?\.[^.\d][^.]*(\.gz|\.fz)?$/i;

/** What a file's own name says, for programs that write no kind into the header; `unknown` for all other names. */
export function frameTypeOfName(fileName: string): FrameType {
  const base = fileName.split(/[\\/]/).at(-1) ?? '';
  return calibrationName.test(base) ? typeOf(base) : 'unknown';
}
