/** Pictures with a drawing over them, as PNG files. */
import sharp from 'sharp';
import { withPngMark } from './png-mark.ts';

interface Picture {
  readonly width: number;
  readonly height: number;
  /** Grey or red, green, blue. */
  readonly channels: 1 | 3;
  /** width * height * channels bytes, first row on top. */
  readonly data: Uint8Array;
}

/**
 * A PNG of `width` x `height` px with the picture at its top left and the SVG drawing over all of it.
 * The drawing must be as large as the file.
 */
export async function pngWithDrawing(
  picture: Picture,
  { svg, width, height }: { readonly svg: string; readonly width: number; readonly height: number },
): Promise<Uint8Array> {
  const raw = { width: picture.width, height: picture.height, channels: picture.channels };
  const under = await sharp(picture.data, { raw }).toColourspace('srgb').png().toBuffer();
  const canvas = sharp({ create: { width, height, channels: 3, background: '#000' } });
  const layers = [
    { input: under, left: 0, top: 0 },
    { input: Buffer.from(svg), left: 0, top: 0 },
  ];
  return withPngMark(await canvas.composite(layers).removeAlpha().png({ compressionLevel: 6 }).toBuffer());
}
