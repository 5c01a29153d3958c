/**
 * The point-spread function of a simulated frame: an elliptical Moffat profile, blurred by defocus (a disc with a
 * central obstruction), tracking (a line), a bump (two images) or dew (a wide halo), integrated over pixels on a
 * grid of fifths of a pixel. Stars are placed on that grid, so a stamp is a strided view of the table.
 */

/** Sub-pixel phases per pixel and axis. */
export const PHASES = 5;
/** Resolution of the radial lookup table, cells per px². */
const RADIAL_STEPS = 64;

export interface PsfShape {
  /** Full width at half maximum of the Moffat profile before any blur, px (geometric mean of the axes). */
  readonly seeingPixels: number;
  readonly beta: number;
  /** 1 - b/a of the Moffat profile. */
  readonly ellipticity: number;
  /** Direction of its long axis, radians from +x towards +y. */
  readonly angle: number;
  /** Outer radius of the defocused pupil image, px; 0 in focus. */
  readonly defocusRadius: number;
  /** Inner over outer radius of the pupil. */
  readonly obstruction: number;
  /** Length and direction of the tracking error, px and radians. */
  readonly motionPixels: number;
  readonly motionAngle: number;
  /** Second image: shift in px and its share of the light. */
  readonly doubleX: number;
  readonly doubleY: number;
  readonly doubleShare: number;
  /** Share of the light in a halo, and its FWHM in px. */
  readonly haloShare: number;
  readonly haloPixels: number;
}

export const roundShape = (seeingPixels: number, beta: number): PsfShape => ({
  seeingPixels,
  beta,
  ellipticity: 0,
  angle: 0,
  defocusRadius: 0,
  obstruction: 0,
  motionPixels: 0,
  motionAngle: 0,
  doubleX: 0,
  doubleY: 0,
  doubleShare: 0,
  haloShare: 0,
  haloPixels: 0,
});

/** A table of the pixel-integrated profile; `values[(cy * size + cx)]` is the share of light in a pixel there. */
export interface PsfTable {
  readonly shape: PsfShape;
  /** Largest distance from the centre to a pixel's centre, px. */
  readonly radius: number;
  /** Cells per axis, odd; the centre is cell (size - 1) / 2; PHASES cells make a pixel. */
  readonly size: number;
  readonly values: Float32Array;
  /** Sum of squared pixel values of a star centred on a pixel: matched-filter SNR = flux sqrt(this) / noise. */
  readonly sumOfSquares: number;
  readonly peak: number;
}

/** Scale of a Moffat profile from its FWHM: alpha = FWHM / (2 sqrt(2^(1/beta) - 1)). */
function moffatAlpha(fwhm: number, beta: number): number {
  return fwhm / (2 * Math.sqrt(2 ** (1 / beta) - 1));
}

/** Moffat surface brightness for unit flux as a table over squared radius. */
function radialTable(fwhm: number, beta: number, maximumRadius: number): Float32Array {
  const alpha = moffatAlpha(fwhm, beta);
  const norm = (beta - 1) / (Math.PI * alpha * alpha);
  const cells = Math.ceil(maximumRadius * maximumRadius * RADIAL_STEPS) + 2;
  const table = new Float32Array(cells);
  for (let i = 0; i < cells; i++) table[i] = norm * (1 + i / RADIAL_STEPS / (alpha * alpha)) ** -beta;
  return table;
}

interface Sample {
  readonly x: number;
  readonly y: number;
  readonly weight: number;
}

/** Equal-area samples of the pupil's disc (a sunflower), with the obstruction left out. */
function pupilSamples(radius: number, obstruction: number): Sample[] {
  if (radius <= 0) return [{ x: 0, y: 0, weight: 1 }];
  const count = Math.min(220, Math.max(24, Math.round(10 * radius * radius)));
  const inner = obstruction * obstruction;
  const golden = Math.PI * (3 - Math.sqrt(5));
  const samples: Sample[] = [];
  for (let i = 0; i < count; i++) {
    const r = radius * Math.sqrt(inner + ((1 - inner) * (i + 0.5)) / count);
    samples.push({ x: r * Math.cos(i * golden), y: r * Math.sin(i * golden), weight: 1 / count });
  }
  return samples;
}

function motionSamples(length: number, angle: number): Sample[] {
  if (length <= 0) return [{ x: 0, y: 0, weight: 1 }];
  const count = Math.max(5, Math.ceil(length * 2) | 1);
  const samples: Sample[] = [];
  for (let i = 0; i < count; i++) {
    const along = ((i + 0.5) / count - 0.5) * length;
    samples.push({ x: along * Math.cos(angle), y: along * Math.sin(angle), weight: 1 / count });
  }
  return samples;
}

/** Every shift at which the Moffat profile is laid down, with its share of the light. */
function blurSamples(shape: PsfShape): Sample[] {
  const samples: Sample[] = [];
  for (const pupil of pupilSamples(shape.defocusRadius, shape.obstruction))
    for (const motion of motionSamples(shape.motionPixels, shape.motionAngle)) {
      const weight = pupil.weight * motion.weight;
      const x = pupil.x + motion.x;
      const y = pupil.y + motion.y;
      if (shape.doubleShare > 0)
        samples.push({ x: x + shape.doubleX, y: y + shape.doubleY, weight: weight * shape.doubleShare });
      samples.push({ x, y, weight: weight * (1 - shape.doubleShare) });
    }
  return samples;
}

/** Adds the elliptical profile shifted to (sample.x, sample.y) to a grid of `size` cells of 1 / PHASES px. */
function layProfile(
  grid: Float32Array,
  size: number,
  radial: Float32Array,
  shape: { readonly ellipticity: number; readonly angle: number },
  sample: Sample,
): void {
  const q = 1 - shape.ellipticity;
  // Area kept: the long axis grows by 1 / sqrt(q), the short one shrinks by sqrt(q).
  const cos = Math.cos(shape.angle);
  const sin = Math.sin(shape.angle);
  const xx = (q * cos * cos + (sin * sin) / q) * RADIAL_STEPS;
  const yy = (q * sin * sin + (cos * cos) / q) * RADIAL_STEPS;
  const xy = 2 * (q - 1 / q) * cos * sin * RADIAL_STEPS;
  const centre = (size - 1) / 2;
  const last = radial.length - 2;
  for (let j = 0; j < size; j++) {
    const y = (j - centre) / PHASES - sample.y;
    const row = j * size;
    for (let i = 0; i < size; i++) {
      const x = (i - centre) / PHASES - sample.x;
      const r2 = xx * x * x + xy * x * y + yy * y * y;
      const cell = Math.min(last, r2 | 0);
      const low = radial[cell];
      grid[row + i] += sample.weight * (low + (radial[cell + 1] - low) * Math.min(1, r2 - cell));
    }
  }
}

/** Means over PHASES cells along one axis of a square grid, both axes in turn: light per pixel at every phase. */
function integrateOverPixels(grid: Float32Array, size: number): Float32Array {
  const half = (PHASES - 1) / 2;
  const outSize = size - 2 * half;
  const rows = new Float32Array(size * outSize);
  for (let j = 0; j < size; j++)
    for (let i = 0; i < outSize; i++) {
      let sum = 0;
      for (let k = 0; k < PHASES; k++) sum += grid[j * size + i + k];
      rows[j * outSize + i] = sum;
    }
  const out = new Float32Array(outSize * outSize);
  const perCell = 1 / (PHASES * PHASES);
  for (let j = 0; j < outSize; j++)
    for (let i = 0; i < outSize; i++) {
      let sum = 0;
      for (let k = 0; k < PHASES; k++) sum += rows[(j + k) * outSize + i];
      out[j * outSize + i] = sum * perCell;
    }
  return out;
}

/** Tabulates the profile out to `radius` px from the centre. */
export function tabulatePsf(shape: PsfShape, radius: number): PsfTable {
  const size = 2 * PHASES * radius + 1;
  const fineSize = size + PHASES - 1;
  const grid = new Float32Array(fineSize * fineSize);
  const samples = blurSamples(shape);
  const reach = (radius + 4 + shape.defocusRadius + shape.motionPixels) * 1.6;
  const radial = radialTable(shape.seeingPixels, shape.beta, reach);
  for (const sample of samples)
    layProfile(grid, fineSize, radial, shape, { ...sample, weight: sample.weight * (1 - shape.haloShare) });
  if (shape.haloShare > 0) {
    const halo = radialTable(shape.haloPixels, 2, reach);
    layProfile(grid, fineSize, halo, { ellipticity: 0, angle: 0 }, { x: 0, y: 0, weight: shape.haloShare });
  }
  const values = integrateOverPixels(grid, fineSize);
  let sumOfSquares = 0;
  let peak = 0;
  // Averaged over all phases: the sum over every cell holds each phase once.
  for (const value of values) {
    sumOfSquares += value * value;
    if (value > peak) peak = value;
  }
  return { shape, radius, size, values, sumOfSquares: sumOfSquares / (PHASES * PHASES), peak };
}

export interface RegionShape {
  /** sqrt(4 A / pi) of the half-maximum region, px. */
  readonly fwhm: number;
  /** 1 - b/a from the region's second moments. */
  readonly ellipticity: number;
  /** Direction of its long axis, radians. */
  readonly angle: number;
}

/** Directions in which the region's border is looked for. */
const RAYS = 144;

/** Cubic (Catmull-Rom) weights of the four cells about a place `t` between the middle two. */
function cubicWeights(t: number): readonly [number, number, number, number] {
  const t2 = t * t;
  const t3 = t2 * t;
  return [(-t3 + 2 * t2 - t) / 2, (3 * t3 - 5 * t2 + 2) / 2, (-3 * t3 + 4 * t2 + t) / 2, (t3 - t2) / 2];
}

/** The profile between the cells of its table, at (x, y) px from the centre. */
function profileAt(table: PsfTable, x: number, y: number): number {
  const centre = (table.size - 1) / 2;
  const u = Math.max(1, Math.min(table.size - 3, centre + x * PHASES));
  const v = Math.max(1, Math.min(table.size - 3, centre + y * PHASES));
  const i = Math.floor(u);
  const j = Math.floor(v);
  const across = cubicWeights(u - i);
  const down = cubicWeights(v - j);
  let sum = 0;
  for (let row = 0; row < 4; row++) {
    const cell = (j + row - 1) * table.size + i - 1;
    let line = 0;
    for (let column = 0; column < 4; column++) line += across[column] * table.values[cell + column];
    sum += down[row] * line;
  }
  return sum;
}

/** Distance of the outermost half-maximum crossing along one direction, px. */
function borderAlong(table: PsfTable, angle: number): number {
  const half = table.peak / 2;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const at = (r: number): number => profileAt(table, r * cos, r * sin);
  const step = 1 / PHASES;
  let outside = table.radius;
  while (outside > step && at(outside - step) < half) outside -= step;
  let inside = outside - step;
  for (let halving = 0; halving < 16; halving++) {
    const middle = (inside + outside) / 2;
    if (at(middle) < half) outside = middle;
    else inside = middle;
  }
  return (inside + outside) / 2;
}

/**
 * Half-maximum region of the pixel-integrated profile. Its border is followed around the centre (outermost
 * crossings, so that a doughnut's hole is filled); area and second moments are integrated over the sectors.
 */
export function halfMaximumRegion(table: PsfTable): RegionShape {
  const sums = { area: 0, x: 0, y: 0, xx: 0, yy: 0, xy: 0 };
  const turn = (2 * Math.PI) / RAYS;
  for (let ray = 0; ray < RAYS; ray++) {
    const angle = ray * turn;
    const r = borderAlong(table, angle);
    const cos = Math.cos(angle);
    const sin = Math.sin(angle);
    sums.area += (r ** 2 / 2) * turn;
    sums.x += ((r ** 3 * cos) / 3) * turn;
    sums.y += ((r ** 3 * sin) / 3) * turn;
    sums.xx += ((r ** 4 * cos * cos) / 4) * turn;
    sums.yy += ((r ** 4 * sin * sin) / 4) * turn;
    sums.xy += ((r ** 4 * cos * sin) / 4) * turn;
  }
  return regionFromSums(sums);
}

interface RegionSums {
  readonly area: number;
  readonly x: number;
  readonly y: number;
  readonly xx: number;
  readonly yy: number;
  readonly xy: number;
}

function regionFromSums(sums: RegionSums): RegionShape {
  const x = sums.x / sums.area;
  const y = sums.y / sums.area;
  const xx = sums.xx / sums.area - x * x;
  const yy = sums.yy / sums.area - y * y;
  const xy = sums.xy / sums.area - x * y;
  const mean = (xx + yy) / 2;
  const spread = Math.sqrt(((xx - yy) / 2) ** 2 + xy * xy);
  return {
    fwhm: Math.sqrt((4 * sums.area) / Math.PI),
    ellipticity: 1 - Math.sqrt(Math.max(0, (mean - spread) / (mean + spread))),
    angle: 0.5 * Math.atan2(2 * xy, xx - yy),
  };
}

/** Measures a shape on a table just large enough; a double image counts as one of its images. */
export function measureShape(shape: PsfShape): RegionShape {
  const single = { ...shape, doubleShare: 0 };
  const radius = Math.ceil(1.6 * shape.seeingPixels + 1.3 * shape.defocusRadius + shape.motionPixels + 2);
  return halfMaximumRegion(tabulatePsf(single, radius));
}

/** The value in [low, high] at which a growing function reaches `goal`, by bisection. */
function solveGrowing(low: number, high: number, goal: number, value: (x: number) => number): number {
  let a = low;
  let b = high;
  for (let step = 0; step < 14; step++) {
    const middle = (a + b) / 2;
    if (value(middle) < goal) a = middle;
    else b = middle;
  }
  return (a + b) / 2;
}

/** Blurs a shape by a tracking error along `angle` until its region's ellipticity is `ellipticity`. */
export function withMotion(shape: PsfShape, ellipticity: number, angle: number): PsfShape {
  const moved = (length: number): PsfShape => ({ ...shape, motionPixels: length, motionAngle: angle });
  const goal = (length: number): number => measureShape(moved(length)).ellipticity;
  const start = shape.seeingPixels * 0.35;
  return moved(solveGrowing(start, shape.seeingPixels * 8, ellipticity, goal));
}

/** Defocuses a shape until its region's FWHM is `factor` times that in focus. */
export function withDefocus(shape: PsfShape, factor: number, obstruction: number): PsfShape {
  const sharp = measureShape(shape).fwhm;
  const blurred = (radius: number): PsfShape => ({ ...shape, defocusRadius: radius, obstruction });
  const goal = (radius: number): number => measureShape(blurred(radius)).fwhm / sharp;
  return blurred(solveGrowing(0, shape.seeingPixels * 3, factor, goal));
}
