/** Walks the header-data units of a FITS file, one at a time, so that damage behind the image does no harm. */
import type { ByteSource } from '../byte-source.ts';
import { quoted, refusal } from '../refusal.ts';
import { type FitsHeader, HeaderBuilder } from './header.ts';
import { blockLength, fitsLimits } from './limits.ts';
import { type DataShape, paddedLength, readShape } from './structure.ts';

export interface Hdu {
  readonly index: number;
  readonly header: FitsHeader;
  readonly shape: DataShape;
  readonly dataOffset: number;
  /** Bytes of the data unit that the file really holds. */
  readonly availableLength: number;
}

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

const printableCard = /^[\x20-\x7e\0]+$/;

/** True when these bytes can be the start of a FITS file: SIMPLE first, or a header whose first card was damaged. */
export function looksLikeFits(head: Uint8Array): boolean {
  const text = latin1(head.subarray(0, blockLength));
  if (/^SIMPLE\s*=/i.test(text)) return true;
  return printableCard.test(text.slice(80, 480)) && /BITPIX {0,2}=/i.test(text) && /NAXIS {0,3}=/i.test(text);
}

/** Reads blocks from `offset` on until END. @throws `badHeader` when there is none. */
export function readHeader(source: ByteSource, offset: number): { header: FitsHeader; dataOffset: number } {
  const builder = new HeaderBuilder(source);
  for (let block = 0; block < fitsLimits.headerBlocks; block++) {
    const at = offset + block * blockLength;
    const bytes = source.read(at, blockLength);
    if (builder.add(latin1(bytes))) return { header: builder.header(), dataOffset: at + blockLength };
    if (bytes.byteLength < blockLength) break;
  }
  throw refusal(
    'badHeader',
    source,
    `the header that starts at byte ${offset} has no END card`,
    'The file was cut off inside its header or its header is damaged; take another copy of the file.',
    { keyword: 'END', byteOffset: offset },
  );
}

/** True where another extension begins; anything else behind the last HDU is trailing garbage. */
function startsExtension(source: ByteSource, offset: number): boolean {
  return /^XTENSION=/i.test(latin1(source.read(offset, 80)));
}

/**
 * The HDUs of a file in order. Ends at the end of the file, at bytes that are no extension (a warning) and at the
 * cap of HDUs.
 * @throws `badHeader`, `tooLarge`, `unsupportedLayout` for the HDU at hand.
 */
export function* walkHdus(source: ByteSource, warnings: string[]): Generator<Hdu> {
  let offset = 0;
  for (let index = 0; index < fitsLimits.hdus; index++) {
    const { header, dataOffset } = readHeader(source, offset);
    const shape = readShape(source, header);
    const availableLength = Math.max(0, Math.min(shape.byteLength, source.byteLength - dataOffset));
    yield { index, header, shape, dataOffset, availableLength };
    offset = dataOffset + paddedLength(shape.byteLength);
    if (offset >= source.byteLength) return;
    if (!startsExtension(source, offset)) {
      const text = quoted(latin1(source.read(offset, 8)), 8);
      warnings.push(
        `${source.byteLength - offset} bytes behind the last HDU were ignored (they begin ${text})`,
      );
      return;
    }
  }
}
