/** Grey pictures with a drawing over them, as PNG files. */
import sharp from 'sharp';

export interface GreyPicture {
  readonly width: number;
  readonly height: number;
  /** width * height bytes, first row on top. */
  readonly data: Uint8Array;
}

/**
 * A PNG of `width` x `height` px with the grey picture at its top left and the SVG drawing over all of it.
 * The drawing must be as large as the file.
 */
export async function pngWithDrawing(
  picture: GreyPicture,
  { svg, width, height }: { readonly svg: string; readonly width: number; readonly height: number },
): Promise<Uint8Array> {
  const raw = { width: picture.width, height: picture.height, channels: 1 as const };
  const grey = await sharp(picture.data, { raw }).toColourspace('srgb').png().toBuffer();
  const canvas = sharp({ create: { width, height, channels: 3, background: '#000' } });
  const layers = [
    { input: grey, left: 0, top: 0 },
    { input: Buffer.from(svg), left: 0, top: 0 },
  ];
  return new Uint8Array(await canvas.composite(layers).removeAlpha().png({ compressionLevel: 6 }).toBuffer());
}
