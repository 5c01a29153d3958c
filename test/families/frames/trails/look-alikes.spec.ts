import { describe, expect, it } from 'vitest';
import { findTrails } from '../../../../main/families/frames/trails/find-trails.ts';
import {
  addField,
  addStar,
  addTrail,
  eachPixel,
  noiseScene,
  normal,
  type Scene,
  type SceneTrail,
  sceneInput,
} from './scene.ts';

const width = 640;
const height = 480;

/** Cross of light through a star, falling with the distance as a reflector's does. */
function addSpikes(scene: Scene, x: number, y: number, strength: number, angle: number): void {
  for (const turn of [0, Math.PI / 2]) {
    const dx = 260 * Math.cos(angle + turn);
    const dy = 260 * Math.sin(angle + turn);
    const fall = (along: number) => strength * (1 + Math.abs(along - 0.5) * 74) ** -1.9;
    addTrail(scene, { x1: x - dx, y1: y - dy, x2: x + dx, y2: y + dy, width: 3.2, snr: fall });
  }
}

const scenes: Record<string, (scene: Scene) => void> = {
  'diffraction spikes of full stars': (scene) => {
    for (const [x, y] of [
      [200, 170],
      [450, 330],
    ] as const) {
      addStar(scene, { x, y, peak: 4000 });
      addSpikes(scene, x, y, 400, 0.2);
    }
  },
  'the spike of a star outside the frame': (scene) => addSpikes(scene, -20, 240, 500, 0.15),
  'charge spilled along columns': (scene) => {
    for (const x of [150, 420]) {
      addStar(scene, { x, y: 200, peak: 6000 });
      eachPixel(scene, x - 1, 80, x + 1, 330, () => 3000);
    }
  },
  'galaxies seen edge-on': (scene) => {
    for (const [x0, y0, angle, long] of [
      [150, 120, 0.4, 12],
      [450, 200, 1.3, 20],
      [300, 380, 2.5, 8],
    ] as const) {
      eachPixel(scene, x0 - 160, y0 - 160, x0 + 160, y0 + 160, (x, y) => {
        const u = ((x - x0) * Math.cos(angle) + (y - y0) * Math.sin(angle)) / long;
        const v = ((y - y0) * Math.cos(angle) - (x - x0) * Math.sin(angle)) / Math.max(1.4, long / 9);
        return 20 * Math.exp(-Math.hypot(u, v));
      });
    }
  },
  'tracks of cosmic rays': (scene) => {
    for (let i = 0; i < 6; i++) {
      const x = scene.random() * width;
      const y = scene.random() * height;
      const angle = scene.random() * Math.PI;
      const track = { x1: x, y1: y, x2: x + 90 * Math.cos(angle), y2: y + 90 * Math.sin(angle) };
      addTrail(scene, { ...track, width: 1, snr: 40 });
    }
  },
  'the edge of a cloud': (scene) =>
    eachPixel(scene, 0, 0, width, height, (x, y) => 6 / (1 + Math.exp((x - 2 * y + 200) / 12))),
  'a vignetting rim': (scene) =>
    eachPixel(
      scene,
      0,
      0,
      width,
      height,
      (x, y) => -9 / (1 + Math.exp((330 - Math.hypot(x - 320, y - 240)) / 5)),
    ),
  'rings of dust': (scene) => {
    for (const [x0, y0] of [
      [200, 200],
      [262, 214],
    ] as const) {
      eachPixel(scene, x0 - 40, y0 - 40, x0 + 40, y0 + 40, (x, y) => {
        const r = Math.hypot(x - x0, y - y0);
        return r > 12 && r < 29 ? -2.5 : 0;
      });
    }
  },
  'stripes of rows and columns': (scene) => {
    const rows = Array.from({ length: height }, () => 0.35 * normal(scene.random));
    const columns = Array.from({ length: width }, () => 0.15 * normal(scene.random));
    eachPixel(scene, 0, 0, width, height, (x, y) => (rows[y] ?? 0) + (columns[x] ?? 0));
  },
  'a frame cut short': (scene) => scene.residual.fill(Number.NaN, 200 * width),
  'a crowded field': (scene) => addField(scene, 5000, 800),
  'stars drawn out by the mount': (scene) => addField(scene, 200, 800, 2.2, 0.5),
};

describe('what is no trail', () => {
  it.each(Object.keys(scenes))('%s', (name) => {
    for (const seed of [3, 14]) {
      const scene = noiseScene(width, height, seed);
      addField(scene, 250);
      scenes[name](scene);
      expect(findTrails(sceneInput(scene))).toEqual([]);
    }
  });
});

const trails: Record<string, SceneTrail[]> = {
  'almost along a row': [{ x1: 0, y1: 200, x2: 639, y2: 203, width: 3, snr: 1 }],
  'exactly along a column': [{ x1: 300.4, y1: 0, x2: 300.4, y2: 479, width: 3, snr: 3 }],
  'short and bright': [{ x1: 300, y1: 300, x2: 330, y2: 327, width: 3, snr: 8 }],
  'out of focus, ends inside': [{ x1: 100, y1: 80, x2: 520, y2: 400, width: 16, snr: 6 }],
  'as two rows of lights that run into one': [{ x1: 0, y1: 100, x2: 639, y2: 300, width: 13, snr: 2.4 }],
  'two side by side': [
    { x1: 0, y1: 100, x2: 639, y2: 300, width: 3, snr: 4 },
    { x1: 0, y1: 122, x2: 639, y2: 322, width: 3, snr: 3 },
  ],
  'crossing one another': [
    { x1: 0, y1: 100, x2: 639, y2: 400, width: 3, snr: 6 },
    { x1: 0, y1: 400, x2: 639, y2: 60, width: 3, snr: 2 },
    { x1: 400, y1: 0, x2: 460, y2: 479, width: 3, snr: 20 },
  ],
  'far brighter than any star': [{ x1: 0, y1: 100, x2: 639, y2: 400, width: 3.5, snr: 1000 }],
  dashed: [{ x1: 0, y1: 60, x2: 639, y2: 420, width: 3, snr: (a) => ((a * 733) % 80 < 30 ? 8 : 0) }],
  'dashed, short dashes': [
    { x1: 0, y1: 420, x2: 639, y2: 60, width: 3, snr: (a) => ((a * 733) % 40 < 15 ? 6 : 0) },
  ],
  'interrupted for a quarter': [
    { x1: 0, y1: 60, x2: 639, y2: 420, width: 3, snr: (a) => (a > 0.3 && a < 0.55 ? 0 : 4) },
  ],
  'swelling and fading': [
    {
      x1: 100,
      y1: 60,
      x2: 520,
      y2: 420,
      width: 3.5,
      snr: (a) => 12 * Math.min(1, 3.2 * a ** 1.4 * (1 - a) ** 0.35),
    },
  ],
};

describe('each trail once', () => {
  it.each(Object.keys(trails))('%s', (name) => {
    const scene = noiseScene(width, height, 8);
    addField(scene, 250);
    for (const trail of trails[name]) addTrail(scene, trail);
    const found = findTrails(sceneInput(scene));
    expect(found).toHaveLength(trails[name].length);
    for (const trail of trails[name]) {
      const close = found.filter((line) => {
        const length = Math.hypot(trail.x2 - trail.x1, trail.y2 - trail.y1);
        const across = (x: number, y: number) =>
          Math.abs((x - trail.x1) * (trail.y2 - trail.y1) - (y - trail.y1) * (trail.x2 - trail.x1)) / length;
        const covered = Math.hypot(line.x2 - line.x1, line.y2 - line.y1) / length;
        return (
          across(line.x1, line.y1) < 3 && across(line.x2, line.y2) < 3 && covered > 0.75 && covered < 1.1
        );
      });
      expect(close).toHaveLength(1);
    }
  });
});
