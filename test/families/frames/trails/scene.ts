/** Small made-up skies in units of their noise: seeded noise, Moffat stars, trails and things that look like trails. */
import type { StarTable } from '../../../../main/families/frames/record.ts';
import { starFlags } from '../../../../main/families/frames/record.ts';
import { residualsOf } from '../../../../main/families/frames/residual-pixels.ts';
import type { TrailSearchInput } from '../../../../main/families/frames/trails/find-trails.ts';

/** Mulberry-like 32-bit generator: uniform in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export interface SceneStar {
  readonly x: number;
  readonly y: number;
  /** Peak in sigmas. */
  readonly peak: number;
}

export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly residual: Float32Array;
  readonly stars: SceneStar[];
  readonly random: () => number;
  readonly fwhm: number;
}

export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export function noiseScene(width: number, height: number, seed: number, fwhm = 3): Scene {
  const random = seeded(seed);
  const residual = new Float32Array(width * height);
  for (let i = 0; i < residual.length; i++) residual[i] = normal(random);
  return { width, height, residual, stars: [], random, fwhm };
}

/** Moffat star with exponent 3 and ellipticity along `angle`. */
export function addStar(scene: Scene, star: SceneStar, stretch = 1, angle = 0): void {
  const alpha = scene.fwhm / (2 * Math.sqrt(2 ** (1 / 3) - 1));
  const reach = Math.min(400, Math.ceil(stretch * alpha * Math.sqrt((star.peak / 0.02) ** (1 / 3))));
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  eachPixel(scene, star.x - reach, star.y - reach, star.x + reach, star.y + reach, (x, y) => {
    const u = ((x - star.x) * c + (y - star.y) * s) / stretch;
    const v = -(x - star.x) * s + (y - star.y) * c;
    return star.peak * (1 + (u * u + v * v) / (alpha * alpha)) ** -3;
  });
  scene.stars.push(star);
}

/** `count` stars with a power law of peaks from 0.3 sigma up. */
export function addField(scene: Scene, count: number, brightest = 3000, stretch = 1, angle = 0): void {
  for (let i = 0; i < count; i++) {
    const peak = Math.min(brightest, 0.3 * (1 - scene.random()) ** -1.25);
    addStar(
      scene,
      { x: scene.random() * scene.width, y: scene.random() * scene.height, peak },
      stretch,
      angle,
    );
  }
}

export interface SceneTrail {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly width: number;
  /** Peak of the cross profile in sigmas, or a function of the position 0..1 along the trail. */
  readonly snr: number | ((along: number) => number);
}

export function addTrail(scene: Scene, trail: SceneTrail): void {
  const length = Math.hypot(trail.x2 - trail.x1, trail.y2 - trail.y1);
  const dx = (trail.x2 - trail.x1) / length;
  const dy = (trail.y2 - trail.y1) / length;
  const m = 3 * trail.width;
  const level = trail.snr;
  eachPixel(
    scene,
    Math.min(trail.x1, trail.x2) - m,
    Math.min(trail.y1, trail.y2) - m,
    Math.max(trail.x1, trail.x2) + m,
    Math.max(trail.y1, trail.y2) + m,
    (x, y) => {
      const along = (x - trail.x1) * dx + (y - trail.y1) * dy;
      const across = (x - trail.x1) * dy - (y - trail.y1) * dx;
      if (Math.abs(across) > m || along < -m || along > length + m) return 0;
      const beyond = Math.max(0, -along, along - length);
      const s = typeof level === 'number' ? level : level(Math.min(1, Math.max(0, along / length)));
      return s * Math.exp(-4 * Math.LN2 * ((across / trail.width) ** 2 + (beyond / trail.width) ** 2));
    },
  );
}

/** A trail across the frame at a random place and angle, its ends on the border. */
export function randomTrail(scene: Scene, width: number, snr: number, least = 300): SceneTrail {
  for (;;) {
    const angle = scene.random() * Math.PI;
    const px = scene.random() * scene.width;
    const py = scene.random() * scene.height;
    const dx = Math.cos(angle);
    const dy = Math.sin(angle);
    const times = [
      ...(Math.abs(dx) > 1e-6 ? [-px / dx, (scene.width - 1 - px) / dx] : []),
      ...(Math.abs(dy) > 1e-6 ? [-py / dy, (scene.height - 1 - py) / dy] : []),
    ];
    const from = Math.max(...times.filter((t) => t < 0));
    const to = Math.min(...times.filter((t) => t >= 0));
    if (to - from < least) continue;
    return { x1: px + dx * from, y1: py + dy * from, x2: px + dx * to, y2: py + dy * to, width, snr };
  }
}

export function eachPixel(
  scene: Scene,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  light: (x: number, y: number) => number,
): void {
  for (let y = Math.max(0, Math.floor(y1)); y <= Math.min(scene.height - 1, Math.ceil(y2)); y++) {
    for (let x = Math.max(0, Math.floor(x1)); x <= Math.min(scene.width - 1, Math.ceil(x2)); x++) {
      scene.residual[y * scene.width + x] += light(x, y);
    }
  }
}

/** What measuring would hand over: stars of matched-filter SNR 5 and more, brightest first. */
export function sceneInput(scene: Scene, saturation = 2500): TrailSearchInput {
  const perPeak = Math.sqrt(0.8 * scene.fwhm ** 2);
  const seen = scene.stars.filter((star) => star.peak * perPeak > 5).sort((a, b) => b.peak - a.peak);
  return {
    width: scene.width,
    height: scene.height,
    pixels: residualsOf(scene.width, scene.height, scene.residual),
    stars: tableOf(seen, scene.fwhm, saturation),
    fwhm: scene.fwhm,
    badColumns: new Uint16Array(0),
    badRows: new Uint16Array(0),
  };
}

export function tableOf(stars: readonly SceneStar[], fwhm: number, saturation: number): StarTable {
  const column = (value: (star: SceneStar) => number): Float32Array => Float32Array.from(stars, value);
  return {
    count: stars.length,
    x: column((s) => s.x),
    y: column((s) => s.y),
    flux: column((s) => s.peak * fwhm ** 2),
    peak: column((s) => s.peak),
    snr: column((s) => s.peak * Math.sqrt(0.8 * fwhm ** 2)),
    fwhm: column(() => fwhm),
    hfr: column(() => fwhm / 2),
    ellipticity: column(() => 0),
    angle: column(() => 0),
    flags: Uint8Array.from(stars, (s) => (s.peak >= saturation ? starFlags.saturated : 0)),
  };
}
