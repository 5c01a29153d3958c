import { describe, expect, it } from 'vitest';
import { lightStructure } from '../../../../main/families/frames/session/light-structure.ts';
import { Random } from '../../../../main/families/frames/simulate/random.ts';

const extent = { width: 960, height: 704 };
const count = 120;

/** A frame whose stars lost what `loss` says, one in ten of them bright. */
function frameOf(loss: (x: number, y: number) => number, seed: number) {
  const random = new Random(seed, 1, 2);
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  const starError = new Float64Array(count);
  const starLoss = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    x[i] = extent.width * random.uniform();
    y[i] = extent.height * random.uniform();
    starError[i] = i % 10 === 0 ? 0.004 : 0.03;
    starLoss[i] = loss(x[i], y[i]) + starError[i] * random.normal();
  }
  const star = Int32Array.from(x.keys());
  return { loss: 0, lossSigma: 0.003, x, y, starLoss, starError, star, snrLoss: 0 };
}

describe('the shape of the losses over the field', () => {
  it.each([-1.2, -0.06, 0.06, 0.5])('is not bent by one bright star that is off by %s', (off) => {
    const frame = frameOf(() => 0, 3);
    frame.starLoss[40] += off;
    const { shape, variance } = lightStructure(frame, extent);
    const pulls = shape.map((value, k) => value / Math.sqrt(variance[k]));
    expect(Math.max(...pulls.map(Math.abs))).toBeLessThan(3.5);
    expect(Math.max(...variance.map(Math.sqrt))).toBeLessThan(0.012);
  });

  it('is that of a cloud over one side', () => {
    const cloud = (x: number): number => 0.05 / (1 + Math.exp((x - 480) / 120));
    const { amplitude, cells } = lightStructure(frameOf(cloud, 4), extent);
    expect(amplitude).toBeGreaterThan(0.012);
    expect(cells[16] - cells[23]).toBeGreaterThan(0.03);
  });
});
