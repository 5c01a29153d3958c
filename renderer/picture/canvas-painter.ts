/** Where there is no WebGL2: tables instead of shaders, one bitmap for each packet and stretch. */
import type { PixelPacket } from '../../contract/pixel-packet.ts';
import type { Painter } from './painter.ts';
import { type Tones, toned } from './tone.ts';

const tableSize = 65_536;
const mostBitmaps = 24;

export function openCanvasPainter(canvas: HTMLCanvasElement): Painter {
  const context = canvas.getContext('2d');
  const bitmaps = new Map<PixelPacket, { tones: string; picture: HTMLCanvasElement }>();
  const pictureOf = (packet: PixelPacket, tones: Tones): HTMLCanvasElement => {
    const key = JSON.stringify(tones);
    const known = bitmaps.get(packet);
    if (known?.tones === key) return known.picture;
    const picture = develop(packet, tones);
    bitmaps.set(packet, { tones: key, picture });
    for (const old of bitmaps.keys()) if (bitmaps.size > mostBitmaps) bitmaps.delete(old);
    return picture;
  };
  return {
    kind: 'canvas',
    prepare: () => undefined,
    draw(pictures, tones) {
      if (context === null) return;
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.fillStyle = '#0a0c0f';
      context.fillRect(0, 0, canvas.width, canvas.height);
      for (const { packet, left, top, width, height } of pictures) {
        context.imageSmoothingEnabled = width < 2 * packet.facts.width;
        context.drawImage(pictureOf(packet, tones), left, top, width, height);
      }
    },
    close: () => bitmaps.clear(),
  };
}

/** A raw mosaic is shown in grey here: it is colour at every other level. */
function develop({ facts, samples }: PixelPacket, tones: Tones): HTMLCanvasElement {
  const { width, height, channels, topDown, type } = facts;
  const picture = document.createElement('canvas');
  picture.width = width;
  picture.height = height;
  const image = new ImageData(width, height);
  const tables = [0, 1, 2].map((channel) =>
    Uint8ClampedArray.from(
      { length: tableSize },
      (_, value) => 255 * toned(value / (tableSize - 1), tones, channel),
    ),
  );
  const scale = type === 'u16' ? 1 : tableSize - 1;
  for (let row = 0; row < height; row += 1) {
    const from = (topDown ? row : height - 1 - row) * width * channels;
    for (let column = 0; column < width; column += 1) {
      const to = (row * width + column) * 4;
      for (let channel = 0; channel < 3; channel += 1) {
        const sample = samples[from + column * channels + (channels === 3 ? channel : 0)];
        const place = Math.min(tableSize - 1, Math.max(0, Math.round(sample * scale))) || 0;
        image.data[to + channel] = tables[channel][place];
      }
      image.data[to + 3] = 255;
    }
  }
  picture.getContext('2d')?.putImageData(image, 0, 0);
  return picture;
}
