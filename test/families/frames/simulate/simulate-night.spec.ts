import { describe, expect, it } from 'vitest';
import { decodeFrame } from '../../../../main/families/frames/decode-frame.ts';
import {
  encodeFrame,
  nightKinds,
  planNight,
  type RenderedFrame,
  renderFrame,
  type SimulatedNight,
} from '../../../../main/families/frames/simulate/index.ts';
import { bytesSource } from '../../../../main/formats/byte-source.ts';

const small = { width: 480, height: 360 } as const;

function medianOf(values: ArrayLike<number>): number {
  return Float64Array.from(values).sort()[values.length >> 1] as number;
}

/** Sky sigma from differences of neighbours, which stars and gradients hardly touch. */
function sigmaOf(frame: RenderedFrame): number {
  const differences: number[] = [];
  for (let i = 0; i + 1 < frame.pixels.length; i += 3)
    differences.push(Math.abs(frame.pixels[i + 1] - frame.pixels[i]));
  return medianOf(differences) / 0.6745 / Math.SQRT2;
}

function indexOf(night: SimulatedNight, kind: string): number {
  return night.frames.findIndex((plan) =>
    kind === 'clean' ? plan.defects.length === 0 : plan.defects[0]?.kind === kind,
  );
}

describe('a simulated night', () => {
  it('comes out the same for the same seed, in any order, and other for another seed', () => {
    const recipe = { seed: 9, kind: 'standard', frameCount: 6, ...small } as const;
    const first = planNight(recipe);
    const second = planNight(recipe);
    renderFrame(second, 5);
    expect(renderFrame(second, 2).pixels).toEqual(renderFrame(first, 2).pixels);
    expect(renderFrame(second, 2).truth).toEqual(renderFrame(first, 2).truth);
    const other = planNight({ ...recipe, seed: 10 });
    expect(renderFrame(other, 2).pixels).not.toEqual(renderFrame(first, 2).pixels);
  });

  it('has clean and spoiled frames, named once each, in order of time', () => {
    for (const kind of nightKinds) {
      const night = planNight({ seed: 4, kind, frameCount: 120 });
      const clean = night.frames.filter((plan) => plan.defects.length === 0).length;
      expect(new Set(night.frames.map((plan) => plan.file)).size).toBe(120);
      expect(night.frames.map((plan) => plan.dateObs).sort()).toEqual(night.frames.map((p) => p.dateObs));
      if (kind === 'clean') expect(clean).toBe(120);
      else expect(clean).toBeGreaterThan(30);
      if (kind !== 'clean') expect(clean).toBeLessThan(90);
    }
  });

  it('holds every defect of a standard night', () => {
    const kinds = new Set(
      planNight({ seed: 6, kind: 'standard', frameCount: 240 }).frames.flatMap((plan) =>
        plan.defects.map((defect) => defect.kind),
      ),
    );
    for (const kind of [
      'satellite',
      'cloud',
      'dew',
      'dawn',
      'blank',
      'shutter',
      'truncated',
      'double',
    ] as const)
      expect(kinds).toContain(kind);
  });

  it('tells background and noise as the pixels show them', () => {
    for (const seed of [1, 2, 3]) {
      const night = planNight({ seed, kind: 'clean', frameCount: 3, encodings: 'plain', ...small });
      const frame = renderFrame(night, 1);
      // Stars and nebulae lift the plain median a little above the sky's.
      expect(Math.abs(medianOf(frame.pixels) - frame.truth.background)).toBeLessThan(
        0.35 * frame.truth.noise,
      );
      expect(Math.abs(sigmaOf(frame) / frame.truth.noise - 1)).toBeLessThan(0.06);
    }
  });

  it('puts stars where the truth says, as bright as it says', () => {
    const night = planNight({ seed: 8, kind: 'clean', frameCount: 2, encodings: 'plain' });
    const frame = renderFrame(night, 0);
    const bright = frame.truth.stars.filter(({ snr }) => snr > 30 && snr < 2000);
    expect(bright.length).toBeGreaterThan(5);
    const high = bright.filter(({ x, y }) => {
      const pixel = Math.round(y) * frame.width + Math.round(x);
      return frame.pixels[pixel] > frame.truth.background + 5 * frame.truth.noise;
    });
    expect(high.length / bright.length).toBeGreaterThan(0.95);
  });

  it('draws trails as bright per pixel as their truth', () => {
    const night = planNight({ seed: 12, kind: 'streaks', frameCount: 60, encodings: 'plain' });
    const plan = night.frames.find((frame) => {
      const defect = frame.defects[0];
      return defect?.kind === 'satellite' && defect.trails.length === 1 && (defect.trails[0]?.snr ?? 0) > 8;
    });
    const frame = renderFrame(night, plan?.index ?? -1);
    const trail = frame.truth.trails[0];
    if (trail === undefined) throw new Error('the frame has no trail');
    const along: number[] = [];
    for (let t = 0.2; t < 0.8; t += 0.004) {
      const x = Math.round(trail.x1 + t * (trail.x2 - trail.x1));
      const y = Math.round(trail.y1 + t * (trail.y2 - trail.y1));
      along.push((frame.pixels[y * frame.width + x] - frame.truth.background) / frame.truth.noise);
    }
    expect(medianOf(along) / trail.snrPerPixel).toBeGreaterThan(0.75);
    expect(medianOf(along) / trail.snrPerPixel).toBeLessThan(1.2);
  });

  it('renders blank, shutter and over-exposed frames as such', () => {
    const night = planNight({ seed: 2, kind: 'standard', frameCount: 120, ...small });
    const blank = renderFrame(night, indexOf(night, 'blank'));
    expect(new Set(blank.pixels).size).toBe(1);
    const shutter = renderFrame(night, indexOf(night, 'shutter'));
    expect(Math.abs(medianOf(shutter.pixels) - night.camera.offsetAdu)).toBeLessThan(3);
    const over = renderFrame(night, indexOf(night, 'overexposed'));
    const { fullWellElectrons, electronsPerAdu, offsetAdu } = night.camera;
    const full = Math.min(65535, fullWellElectrons / electronsPerAdu + offsetAdu);
    expect(medianOf(over.pixels)).toBeGreaterThan(0.8 * full);
  });

  it('writes every frame of a mixed night as a file that reads back', async () => {
    const night = planNight({ seed: 21, kind: 'standard', frameCount: 40, width: 240, height: 200 });
    const seen = new Set<string>();
    for (const plan of night.frames) {
      const kind = plan.defects[0]?.kind;
      if (seen.has(plan.encoding) && kind !== 'truncated') continue;
      seen.add(plan.encoding);
      const frame = renderFrame(night, plan.index);
      const image = await decodeFrame(bytesSource(encodeFrame(frame), plan.file));
      expect([image.width, image.height]).toEqual([240, 200]);
      if (kind === 'truncated') expect(image.truncated).not.toBeNull();
      else expect(image.truncated).toBeNull();
      expect(image.header.object).toBe(frame.truth.target);
      expect(image.header.filter).toBe(frame.truth.filter);
      expect(image.header.frameType).toBe('light');
      if (['u16', 'rice', 'gzip2', 'fitsGz', 'cube', 'f64', 'extension'].includes(plan.encoding) && !kind)
        expect(image.pixels).toEqual(Float32Array.from(frame.pixels));
    }
    expect(seen.size).toBeGreaterThan(8);
  });
});
