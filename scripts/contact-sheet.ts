/** Draws docs/pictures/night.png: frames of a simulated night with what the judge says of each. */
import sharp, { type OverlayOptions } from 'sharp';
import { defaultThresholds, labelForScore } from '../contract/words.ts';
import { decodeFrame } from '../main/families/frames/decode-frame.ts';
import { judgeSession } from '../main/families/frames/judge-session.ts';
import { measureFrame } from '../main/families/frames/measure-frame.ts';
import { encodeFrame, planNight, renderFrame } from '../main/families/frames/simulate/index.ts';
import { bytesSource } from '../main/formats/byte-source.ts';

const columns = 4;
const rows = 2;
const tile = { width: 300, height: 285, margin: 12, picture: { width: 276, height: 207 } };
const colours = { clean: '#7fc99a', contaminated: '#f0907f', review: '#e5c36a' };

const night = planNight({ seed: 7, kind: 'standard', frameCount: 48, width: 960, height: 720 });
const records = [];
for (let index = 0; index < night.frames.length; index++) {
  const name = `frame ${index + 1}`;
  const image = await decodeFrame(bytesSource(encodeFrame(renderFrame(night, index)), name));
  records.push(measureFrame(image, name));
}
const judgements = judgeSession(records, { policy: 'strict' });

/** One frame for each kind of finding, and some clean ones. */
const shown: number[] = [];
const seen = new Map<string, number>();
judgements.forEach(({ findings }, index) => {
  const kind: string = findings[0]?.code ?? 'clean';
  const count = seen.get(kind) ?? 0;
  if (shown.length < columns * rows && count < (kind === 'clean' ? 2 : 1)) {
    seen.set(kind, count + 1);
    shown.push(index);
  }
});

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** Words in lines of at most so many characters. */
function wrapped(text: string, characters: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = `${lines[lines.length - 1]} ${word}`.trim();
    if (line.length > characters) lines.push(word);
    else lines[lines.length - 1] = line;
  }
  return lines.slice(0, 3);
}

const layers: OverlayOptions[] = [];
for (const [place, index] of shown.entries()) {
  const { view } = records[index];
  const { findings, score } = judgements[index];
  const label = labelForScore(score, defaultThresholds);
  const left = (place % columns) * tile.width + tile.margin;
  const top = Math.floor(place / columns) * tile.height + tile.margin;
  const { width, height } = tile.picture;
  const picture = await sharp(Buffer.from(view.data), {
    raw: { width: view.width, height: view.height, channels: 1 },
  })
    .flip()
    .resize(width, height, { fit: 'fill' })
    .png()
    .toBuffer();
  const says = wrapped(findings[0]?.sentence ?? 'nothing found', 44);
  const lines = says.map(
    (line, k) => `<text x="0" y="${36 + 14 * k}" fill="#c9ced6">${escaped(line)}</text>`,
  );
  const caption = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="70" font-family="sans-serif" font-size="11.5">
    <rect width="${width}" height="3" fill="${colours[label]}"/>
    <text x="0" y="20" fill="${colours[label]}" font-size="14" font-weight="bold">${label}  ${score.toFixed(2)}</text>
    ${lines.join('')}</svg>`;
  layers.push({ input: picture, left, top }, { input: Buffer.from(caption), left, top: top + height });
}
const size = { width: columns * tile.width + tile.margin, height: rows * tile.height + tile.margin };
await sharp({ create: { ...size, channels: 3, background: '#14161a' } })
  .composite(layers)
  .png({ palette: true, compressionLevel: 9 })
  .toFile('docs/pictures/night.png');
