/**
 * Ceilings against files that claim more than they hold. A claim is checked before memory is taken for it.
 * The figures are far above what cameras write: the largest sensors sold today have 0.15 gigapixels.
 */
export const fitsLimits = {
  /** Blocks of 2880 bytes in one header. */
  headerBlocks: 1000,
  cards: 36_000,
  /** Characters of one string joined by CONTINUE cards. */
  stringLength: 65_536,
  axes: 8,
  hdus: 1024,
  /** Pixels of one plane. */
  pixels: 512 * 1024 * 1024,
  /** Bytes of decoded pixels that any file may ask for, however short it is. */
  freeBytes: 160 * 1024 * 1024,
  /** Beyond `freeBytes`, decoded bytes for each byte of an uncompressed file (int8 to float32 is 4). */
  plainRatio: 64,
  /** The same for tile-compressed files; an empty sky compresses about 700 times. */
  tileRatio: 1024,
  /** A tile of more pixels than these needs a byte for each `tilePixelsPerByte` of them. */
  freeTilePixels: 4 * 1024 * 1024,
  tilePixelsPerByte: 1024,
  /** A whole-file gzip may grow to the free bytes, beyond them by this factor, and never beyond the last figure. */
  gzipRatio: 200,
  gzipFreeBytes: 96 * 1024 * 1024,
  gzipBytes: 2 ** 31 - 1,
} as const;

/** FITS files are made of blocks of this many bytes (FITS Standard 4.0, section 3.1). */
export const blockLength = 2880;
