/** Small star fields with known answers: Moffat stars, pixel-integrated, on a sloping sky with noise. */
import type { FrameHeader } from '../../../../contract/words.ts';
import type { FrameImage } from '../../../../main/families/frames/record.ts';

export interface Scene {
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  /** FWHM of the Moffat profile before the pixel widens it. */
  readonly fwhm: number;
  readonly beta: number;
  readonly ellipticity?: number;
  readonly angle?: number;
  readonly stars: number;
  readonly sky?: number;
  readonly noise?: number;
  /** Change of the sky from side to side, as a share of it. */
  readonly gradient?: number;
  readonly hotPixels?: number;
  readonly cosmicRays?: number;
  /** A second image of every star: shift and light over the first's. */
  readonly second?: { readonly dx: number; readonly dy: number; readonly share: number } | undefined;
}

export interface SceneStar {
  readonly x: number;
  readonly y: number;
  readonly snr: number;
}

export interface SceneTruth {
  readonly fwhm: number;
  readonly ellipticity: number;
  readonly background: number;
  readonly noise: number;
  readonly stars: readonly SceneStar[];
}

/** Small fast generator (mulberry32), uniform in [0, 1). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const header: FrameHeader = {
  object: null,
  filter: null,
  exposureSeconds: null,
  gain: null,
  offset: null,
  temperatureCelsius: null,
  dateObs: null,
  frameType: 'light',
  camera: null,
  telescope: null,
  software: null,
  focalLengthMillimetres: null,
  pixelSizeMicrometres: null,
  binning: null,
  arcsecPerPixel: 2,
  rightAscensionDegrees: null,
  declinationDegrees: null,
  airmass: null,
  bayerPattern: null,
  rowOrder: null,
  saturationAdu: null,
  electronsPerAdu: null,
};

export function imageOf(width: number, height: number, pixels: Float32Array): FrameImage {
  return {
    width,
    height,
    pixels,
    planes: 1,
    mosaic: null,
    bitpix: 16,
    saturationLevel: 65_535,
    header,
    truncated: null,
    warnings: [],
  };
}

/** Light of a unit star in the pixel at offset (x, y): fewer points per pixel the larger the star. */
function starPixel(scene: Scene): (x: number, y: number) => number {
  const alpha = scene.fwhm / 2 / Math.sqrt(2 ** (1 / scene.beta) - 1);
  const stretch = Math.sqrt(1 - (scene.ellipticity ?? 0));
  const cos = Math.cos(scene.angle ?? 0.4);
  const sin = Math.sin(scene.angle ?? 0.4);
  const profile = (x: number, y: number) => {
    const along = ((cos * x + sin * y) * stretch) / alpha;
    const across = (-sin * x + cos * y) / stretch / alpha;
    return (1 + along * along + across * across) ** -scene.beta;
  };
  const norm = (scene.beta - 1) / (Math.PI * alpha * alpha);
  const points = scene.fwhm < 2.5 ? 5 : scene.fwhm < 5 ? 3 : 1;
  const offsets = Array.from({ length: points }, (_, k) => (k + 0.5) / points - 0.5);
  const single = (x: number, y: number) => {
    let sum = 0;
    for (const dy of offsets) for (const dx of offsets) sum += profile(x + dx, y + dy);
    return (norm * sum) / (points * points);
  };
  const second = scene.second;
  if (second === undefined) return single;
  return (x, y) => (single(x, y) + second.share * single(x - second.dx, y - second.dy)) / (1 + second.share);
}

export function drawScene(scene: Scene): { image: FrameImage; truth: SceneTruth } {
  const { width, height } = scene;
  const random = uniform(scene.seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const sky = scene.sky ?? 1000;
  const noise = scene.noise ?? 15;
  const pixels = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      pixels[y * width + x] = sky * (1 + (scene.gradient ?? 0) * (x / width - 0.5));
  const light = starPixel(scene);
  const reach = Math.ceil(3.5 * scene.fwhm + 4 + Math.hypot(scene.second?.dx ?? 0, scene.second?.dy ?? 0));
  let energy = 0;
  for (let j = -reach; j <= reach; j++) for (let i = -reach; i <= reach; i++) energy += light(i, j) ** 2;
  const stars: SceneStar[] = [];
  for (let k = 0; k < scene.stars; k++) {
    const x = random() * (width - 1);
    const y = random() * (height - 1);
    const snr = Math.min(1500, 4 / (1 - random()));
    const flux = (snr * noise) / Math.sqrt(energy);
    stars.push({ x, y, snr });
    for (let j = Math.max(0, Math.ceil(y - reach)); j <= Math.min(height - 1, y + reach); j++)
      for (let i = Math.max(0, Math.ceil(x - reach)); i <= Math.min(width - 1, x + reach); i++)
        pixels[j * width + i] += flux * light(i - x, j - y);
  }
  addNoiseAndHits(pixels, scene, noise, random, normal);
  return {
    image: imageOf(width, height, pixels),
    truth: { ...halfMaximum(light, scene), background: sky, noise, stars },
  };
}

function addNoiseAndHits(
  pixels: Float32Array,
  scene: Scene,
  noise: number,
  random: () => number,
  normal: () => number,
): void {
  for (let i = 0; i < pixels.length; i++) pixels[i] += noise * normal();
  for (let k = 0; k < (scene.hotPixels ?? 0); k++)
    pixels[Math.floor(random() * pixels.length)] += noise * (8 + 200 * random() ** 2);
  for (let k = 0; k < (scene.cosmicRays ?? 0); k++) {
    let x = random() * scene.width;
    let y = random() * scene.height;
    const angle = 2 * Math.PI * random();
    const energy = noise * (10 + 150 * random() ** 2);
    for (let length = 2 + random() * 6; length > 0; length--) {
      const index = Math.floor(y) * scene.width + Math.floor(x);
      if (x >= 0 && x < scene.width && y >= 0 && y < scene.height) pixels[index] += energy * (0.5 + random());
      x += Math.cos(angle);
      y += Math.sin(angle);
    }
  }
  for (let i = 0; i < pixels.length; i++) pixels[i] = Math.min(65_535, Math.round(pixels[i]));
}

/** Size and ellipticity of the half-maximum region of the profile, pixel included. */
function halfMaximum(
  light: (x: number, y: number) => number,
  scene: Scene,
): { fwhm: number; ellipticity: number } {
  const half = light(0, 0) / 2;
  const reach = scene.fwhm + 1;
  const points = 121;
  const step = (2 * reach) / (points - 1);
  let area = 0;
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let j = 0; j < points; j++)
    for (let i = 0; i < points; i++) {
      const x = i * step - reach;
      const y = j * step - reach;
      if (light(x, y) < half) continue;
      area++;
      xx += x * x;
      yy += y * y;
      xy += x * y;
    }
  const mean = (xx + yy) / 2;
  const spread = Math.hypot((xx - yy) / 2, xy);
  return {
    fwhm: Math.sqrt((4 * area * step * step) / Math.PI),
    ellipticity: 1 - Math.sqrt((mean - spread) / (mean + spread)),
  };
}
