/**
 * What the judge saw, drawn over a frame's picture as SVG: stars with their shapes, trails, cells that lost light,
 * regions, and the sentences. Coordinates of records are pixels of the file; as in the viewer the first row is on top,
 * unless the file says that its rows run from the bottom.
 */
import { type Finding, scoreText } from '../../../../contract/words.ts';
import { type FrameRecord, starFlags } from '../record.ts';

export interface Verdict {
  readonly file: string;
  readonly label: string | null;
  readonly score: number | null;
  readonly findings: readonly Finding[];
}

/** More circles than this hide the picture. */
const mostStars = 300;
const lineHeight = 20;
const charactersPerLine = 110;
const colours = {
  clean: '#7fc99a',
  contaminated: '#f0907f',
  review: '#e5c36a',
  star: '#6fb7ff',
  line: '#ff5d5d',
};

/** Of the picture that is drawn over, px. */
interface PictureSize {
  readonly width: number;
  readonly height: number;
}

export interface Overlay {
  readonly svg: string;
  /** Size of the whole picture: the frame and the sentences below it, px. */
  readonly width: number;
  readonly height: number;
}

/** The overlay for a picture of `record`, to be laid over it from its top left corner. */
export function annotations(record: FrameRecord, picture: PictureSize, verdict: Verdict): Overlay {
  const place = placing(record, picture);
  const told = sentencesOf(verdict, Math.max(24, Math.floor((charactersPerLine * picture.width) / 1000)));
  const height = picture.height + lineHeight * told.length + 12;
  const shapes = [
    ...verdict.findings.flatMap((finding) => cellShapes(finding, picture, place)),
    ...starShapes(record, place),
    ...verdict.findings.flatMap((finding) => regionShapes(finding, record, place)),
    ...verdict.findings.flatMap((finding) => placeShapes(finding, record, place)),
    ...verdict.findings.flatMap((finding) => trailShapes(finding, place)),
  ];
  const text = told.map(
    ({ line, colour }, k) =>
      `<text x="10" y="${picture.height + lineHeight * (k + 1) - 2}" fill="${colour}">${escaped(line)}</text>`,
  );
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${picture.width}" height="${height}" ` +
    `font-family="sans-serif" font-size="14">` +
    `<rect x="0" y="${picture.height}" width="${picture.width}" height="${height - picture.height}" fill="#14161a"/>` +
    `${shapes.join('')}${text.join('')}</svg>`;
  return { svg, width: picture.width, height };
}

interface Placing {
  /** px of the picture for px of the file. */
  readonly scale: number;
  /** True when the first row is at the bottom. */
  readonly flipped: boolean;
  x(x: number): number;
  y(y: number): number;
  /** A direction of the file, radians from +x to +y, as SVG degrees. */
  degrees(angle: number): number;
}

function placing(record: FrameRecord, { width, height }: PictureSize): Placing {
  const flipped = record.header.rowOrder === 'bottomUp';
  const [across, down] = [width / record.width, height / record.height];
  return {
    scale: across,
    flipped,
    x: (x) => round((x + 0.5) * across),
    y: (y) => round(flipped ? height - (y + 0.5) * down : (y + 0.5) * down),
    degrees: (angle) => round(((flipped ? -angle : angle) * 180) / Math.PI),
  };
}

/** Ellipses of the measured shapes, two FWHM wide; full ones are drawn thicker. */
function starShapes({ stars }: FrameRecord, place: Placing): string[] {
  return Array.from({ length: Math.min(stars.count, mostStars) }, (_, k) => {
    const fwhm = Number.isFinite(stars.fwhm[k]) ? stars.fwhm[k] : 3;
    const ellipticity = Number.isFinite(stars.ellipticity[k]) ? stars.ellipticity[k] : 0;
    const angle = Number.isFinite(stars.angle[k]) ? stars.angle[k] : 0;
    const axis = Math.max(4, fwhm * place.scale) / Math.sqrt(Math.max(0.1, 1 - ellipticity));
    const [x, y] = [place.x(stars.x[k]), place.y(stars.y[k])];
    const weight = stars.flags[k] & starFlags.saturated ? 2 : 1;
    return (
      `<ellipse cx="${x}" cy="${y}" rx="${round(axis)}" ry="${round(axis * (1 - ellipticity))}" ` +
      `transform="rotate(${place.degrees(angle)} ${x} ${y})" fill="none" stroke="${colours.star}" ` +
      `stroke-opacity="0.7" stroke-width="${weight}"/>`
    );
  });
}

/** Two thin lines beside the trail, so that it stays visible between them. */
function trailShapes({ code, evidence }: Finding, place: Placing): string[] {
  const [x1, y1, x2, y2] = ['x1', 'y1', 'x2', 'y2'].map((name) => Number(evidence[name]));
  if (code !== 'trail' || ![x1, y1, x2, y2].every(Number.isFinite)) return [];
  const from = { x: place.x(x1), y: place.y(y1) };
  const to = { x: place.x(x2), y: place.y(y2) };
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const beside = Math.max(6, Number(evidence.width) * place.scale * 1.5 || 6);
  const [dx, dy] = [(-(to.y - from.y) / length) * beside, ((to.x - from.x) / length) * beside];
  return [-1, 1].map(
    (side) =>
      `<line x1="${round(from.x + side * dx)}" y1="${round(from.y + side * dy)}" ` +
      `x2="${round(to.x + side * dx)}" y2="${round(to.y + side * dy)}" stroke="${colours.line}" stroke-width="1.5"/>`,
  );
}

/** Cells that lost light, darker the more; cell rows count from the frame's first row. */
function cellShapes({ evidence }: Finding, picture: PictureSize, { flipped }: Placing): string[] {
  const cells = evidence.cells as { columns: number; rows: number; loss: readonly number[] } | undefined;
  if (cells === undefined || !Array.isArray(cells.loss)) return [];
  const [wide, high] = [picture.width / cells.columns, picture.height / cells.rows];
  return cells.loss.flatMap((loss, cell) => {
    if (!(loss >= 0.02)) return [];
    const column = cell % cells.columns;
    const row = Math.floor(cell / cells.columns);
    const top = flipped ? cells.rows - 1 - row : row;
    return [
      `<rect x="${round(column * wide)}" y="${round(top * high)}" width="${round(wide)}" height="${round(high)}" ` +
        `fill="${colours.review}" fill-opacity="${Math.min(0.35, loss).toFixed(2)}"/>` +
        `<text x="${round(column * wide + 6)}" y="${round(top * high + 18)}" fill="${colours.review}">−${Math.round(100 * loss)} %</text>`,
    ];
  });
}

/** The edge of an obstacle across the field, and the brightest place of a patch of light. */
function placeShapes({ code, evidence }: Finding, { width, height }: FrameRecord, place: Placing): string[] {
  const { angle, offset } = { ...(evidence.edge as { angle?: number; offset?: number } | undefined) };
  const far = width + height;
  if (angle !== undefined && offset !== undefined) {
    const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
    const [x1, x2] = [-1, 1].map((side) => place.x(offset * cosine - side * far * sine));
    const [y1, y2] = [-1, 1].map((side) => place.y(offset * sine + side * far * cosine));
    return [
      `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${colours.contaminated}" ` +
        `stroke-width="2" stroke-dasharray="6 4"/>`,
    ];
  }
  if (code !== 'strayLight' && code !== 'staticGlow') return [];
  const [x, y] = [place.x(Number(evidence.x)), place.y(Number(evidence.y))];
  if (!Number.isFinite(x) || !Number.isFinite(y)) return [];
  const radius = round(0.06 * far * place.scale);
  return [
    `<circle cx="${x}" cy="${y}" r="${radius}" fill="none" stroke="${colours.contaminated}" ` +
      `stroke-width="2" stroke-dasharray="6 4"/>`,
  ];
}

function regionShapes({ evidence }: Finding, { width, height }: FrameRecord, place: Placing): string[] {
  const region = evidence.region as Partial<Record<'x1' | 'y1' | 'x2' | 'y2', number>> | undefined;
  if (region === undefined) return [];
  const { x1, y1, x2, y2 } = { x1: 0, x2: width - 1, y1: 0, y2: height - 1, ...region };
  const [left, right] = [place.x(x1), place.x(x2)].sort((a, b) => a - b);
  const [top, bottom] = [place.y(y1), place.y(y2)].sort((a, b) => a - b);
  return [
    `<rect x="${left}" y="${top}" width="${round(right - left)}" height="${round(bottom - top)}" ` +
      `fill="none" stroke="${colours.contaminated}" stroke-width="2" stroke-dasharray="6 4"/>`,
  ];
}

function sentencesOf(
  { file, label, score, findings }: Verdict,
  characters: number,
): { readonly line: string; readonly colour: string }[] {
  const colour = colours[(label ?? 'review') as 'clean' | 'contaminated' | 'review'] ?? colours.review;
  const title = `${file}: ${label ?? 'not judged'}${score === null ? '' : ` (score ${scoreText(score)})`}`;
  return [
    ...wrapped(title, characters).map((line) => ({ line, colour })),
    ...findings.flatMap(({ sentence, cause }) =>
      wrapped(cause === undefined ? sentence : `${sentence} (${cause})`, characters).map((line) => ({
        line,
        colour: '#d8dde6',
      })),
    ),
  ];
}

/** Words in lines of at most so many characters; a longer word stands alone. */
function wrapped(text: string, characters: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = `${lines[lines.length - 1]} ${word}`.trim();
    if (line.length > characters && lines[lines.length - 1] !== '') lines.push(word);
    else lines[lines.length - 1] = line;
  }
  return lines;
}

/** Headers and file names are other people's text. */
function escaped(text: string): string {
  const safe = [...text].map((character) => (character < ' ' ? ' ' : character)).join('');
  return safe
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}
