import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeFrame } from '../../../main/families/frames/decode-frame.ts';
import { bytesSource } from '../../../main/formats/byte-source.ts';

const [width, height] = [23, 17];

function decode(bytes: Uint8Array, name = 'picture.png') {
  return decodeFrame(bytesSource(new Uint8Array(bytes), name));
}

function grey16(): Uint16Array {
  return Uint16Array.from({ length: width * height }, (_, index) => (index * 167 + 3) & 0xffff);
}

function raw(data: Uint8Array | Uint16Array | Float32Array, channels: 1 | 3) {
  return sharp(data, { raw: { width, height, channels } });
}

/** A PNG without pixels behind its header: a claim and nothing else. */
function pngHeader(claimedWidth: number, claimedHeight: number, data: Uint8Array): Uint8Array {
  const chunk = (type: string, body: Uint8Array) => {
    const out = Buffer.alloc(12 + body.length);
    out.writeUInt32BE(body.length, 0);
    out.write(type, 4, 'latin1');
    out.set(body, 8);
    out.writeUInt32BE(crc(out.subarray(4, 8 + body.length)), 8 + body.length);
    return out;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(claimedWidth, 0);
  header.writeUInt32BE(claimedHeight, 4);
  header.set([16, 0, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return new Uint8Array(
    Buffer.concat([
      signature,
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(data)),
      chunk('IEND', Buffer.alloc(0)),
    ]),
  );
}

function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return (value ^ 0xffffffff) >>> 0;
}

describe('rasters', () => {
  it('16-bit grey PNG and TIFF keep every number', async () => {
    const picture = raw(grey16(), 1).toColourspace('grey16');
    for (const bytes of [
      await picture.png().toBuffer(),
      await picture.tiff({ compression: 'lzw' }).toBuffer(),
    ]) {
      const frame = await decode(bytes);
      expect(frame).toMatchObject({
        width,
        height,
        planes: 1,
        bitpix: 16,
        saturationLevel: 65535,
        mosaic: null,
      });
      expect(frame.pixels).toEqual(Float32Array.from(grey16()));
    }
  });

  it('16-bit colour gives the green plane', async () => {
    const colours = Uint16Array.from({ length: width * height * 3 }, (_, index) => (index * 53) & 0xffff);
    const bytes = await raw(colours, 3).toColourspace('rgb16').tiff({ compression: 'none' }).toBuffer();
    const frame = await decode(bytes);
    expect(frame).toMatchObject({ planes: 3, bitpix: 16 });
    expect(frame.pixels).toEqual(Float32Array.from(colours.filter((_, index) => index % 3 === 1)));
  });

  it('8-bit grey and colour, with an alpha channel too', async () => {
    const grey = Uint8Array.from({ length: width * height }, (_, index) => index & 0xff);
    const frame = await decode(await raw(grey, 1).toColourspace('b-w').png().toBuffer());
    expect(frame).toMatchObject({ planes: 1, bitpix: 8, saturationLevel: 255 });
    expect(frame.pixels).toEqual(Float32Array.from(grey));
    const colours = Uint8Array.from({ length: width * height * 3 }, (_, index) => (index * 7) & 0xff);
    const green = Float32Array.from(colours.filter((_, index) => index % 3 === 1));
    expect((await decode(await raw(colours, 3).png().toBuffer())).pixels).toEqual(green);
    const withAlpha = await decode(await raw(colours, 3).ensureAlpha(0.5).png().toBuffer());
    expect(withAlpha).toMatchObject({ planes: 3 });
    expect(withAlpha.pixels).toEqual(green);
  });

  it('32-bit float TIFF keeps its values', async () => {
    const values = Float32Array.from({ length: width * height }, (_, index) => index / 1000);
    const frame = await decode(floatTiff(values));
    expect(frame).toMatchObject({ bitpix: -32, saturationLevel: null, planes: 1 });
    expect(frame.pixels).toEqual(values);
  });

  it('JPEG decodes to what its quality allows', async () => {
    const grey = Uint8Array.from({ length: width * height }, (_, index) => 100 + (index % width));
    const frame = await decode(await raw(grey, 1).toColourspace('b-w').jpeg({ quality: 100 }).toBuffer());
    expect(frame).toMatchObject({ planes: 1, bitpix: 8 });
    for (const [index, value] of grey.entries())
      expect(Math.abs(frame.pixels[index]! - value)).toBeLessThan(3);
  });

  it('refuses cut, damaged and boasting pictures', async () => {
    const noise = Uint16Array.from({ length: width * height }, (_, index) => (index * 40503) & 0xffff);
    const png = await raw(noise, 1).toColourspace('grey16').png().toBuffer();
    await expect(decode(png.subarray(0, png.length / 2))).rejects.toMatchObject({ code: 'damagedData' });
    await expect(decode(png.subarray(0, 20))).rejects.toMatchObject({ code: 'damagedData' });
    const zeros = new Uint8Array(1000);
    await expect(decode(pngHeader(30000, 30000, zeros))).rejects.toMatchObject({ code: 'tooLarge' });
    await expect(decode(pngHeader(200, 200, zeros))).rejects.toMatchObject({ code: 'damagedData' });
    const source = bytesSource(new Uint8Array(png), 'small.png');
    await expect(decodeFrame(source, { maximumPixels: 100 })).rejects.toMatchObject({ code: 'tooLarge' });
  });

  it('knows pictures by their bytes, and refuses other bytes under their names', async () => {
    const png = await raw(grey16(), 1).toColourspace('grey16').png().toBuffer();
    expect((await decode(png, 'frame.tif')).width).toBe(width);
    await expect(decode(png, 'frame.fits')).rejects.toMatchObject({
      code: 'notAnImage',
      message: expect.stringContaining('a PNG picture'),
    });
    await expect(decode(Buffer.from('GIF89a...'), 'frame.png')).rejects.toMatchObject({ code: 'notAnImage' });
  });
});

/** A baseline little-endian TIFF of one strip of float32 samples. */
function floatTiff(values: Float32Array): Uint8Array {
  const tags: readonly (readonly [number, number, number])[] = [
    [256, 4, width],
    [257, 4, height],
    [258, 3, 32],
    [259, 3, 1],
    [262, 3, 1],
    [273, 4, 8],
    [277, 3, 1],
    [278, 4, height],
    [279, 4, values.byteLength],
    [339, 3, 3],
  ];
  const directory = 8 + values.byteLength;
  const out = Buffer.alloc(directory + 2 + tags.length * 12 + 4);
  out.write('II*\0', 'latin1');
  out.writeUInt32LE(directory, 4);
  out.set(new Uint8Array(values.buffer), 8);
  out.writeUInt16LE(tags.length, directory);
  for (const [index, [tag, type, value]] of tags.entries()) {
    const at = directory + 2 + index * 12;
    out.writeUInt16LE(tag, at);
    out.writeUInt16LE(type, at + 2);
    out.writeUInt32LE(1, at + 4);
    if (type === 3) out.writeUInt16LE(value, at + 8);
    else out.writeUInt32LE(value, at + 8);
  }
  return new Uint8Array(out);
}
