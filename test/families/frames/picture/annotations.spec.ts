import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../../contract/words.ts';
import { annotations } from '../../../../main/families/frames/picture/annotations.ts';
import { planNight } from '../../../../main/families/frames/simulate/index.ts';
import { syntheticRecords } from '../synthetic-night.ts';

const [record] = syntheticRecords(
  planNight({ seed: 5, kind: 'clean', frameCount: 1, width: 640, height: 480 }),
);
if (record === undefined) throw new Error('The night has no frame.');
const picture = { width: 320, height: 240 };

function finding(code: Finding['code'], evidence: Finding['evidence'], sentence: string = code): Finding {
  return { code, severity: 0.5, confidence: 0.9, sentence, evidence };
}

function drawn(findings: readonly Finding[], file = 'a.fits', subject = record) {
  return annotations(subject!, picture, { file, label: 'contaminated', score: 0.1, findings });
}

describe('annotations', () => {
  test('stretch below the picture by the sentences, with a shape for each star', () => {
    const { svg, width, height } = drawn([finding('trail', {}, 'one trail'), finding('dew', {}, 'dew')]);
    expect(width).toBe(320);
    expect(height).toBeGreaterThan(240 + 3 * 16);
    expect(svg.match(/<ellipse/g)?.length).toBe(Math.min(300, record!.stars.count));
    for (const words of ['a.fits: contaminated (score 0.10)', 'one trail', 'dew'])
      expect(svg).toContain(words);
  });

  test('put the first row on top, at the bottom where the file says so', () => {
    const trail = finding('trail', { x1: 0, y1: 0, x2: 639, y2: 0, width: 4, snr: 3 });
    const heights = (text: string) =>
      [...text.matchAll(/<line [^>]*y1="([\d.-]+)"/g)].map(([, y]) => Number(y));
    expect(Math.max(...heights(drawn([trail]).svg))).toBeLessThan(10);
    const fromBottom = { ...record!, header: { ...record!.header, rowOrder: 'bottomUp' as const } };
    expect(Math.min(...heights(drawn([trail], 'a.fits', fromBottom).svg))).toBeGreaterThan(230);
  });

  test('draw regions, cells, edges and patches, and nothing where the evidence has no place', () => {
    const cells = { columns: 2, rows: 1, loss: [0.34, 0] };
    const svg = drawn([
      finding('cloud', { cells, region: { x1: 0, y1: 0, x2: 319, y2: 479 } }),
      finding('occlusion', { edge: { angle: 0, offset: 500 } }),
      finding('strayLight', { x: 100, y: 100 }),
      finding('brightSky', { excess: 0.2 }),
    ]).svg;
    expect(svg).toContain('−34 %');
    expect(svg.match(/stroke-dasharray/g)?.length).toBe(3);
    expect(svg).toMatch(/<line x1="250.3"[^>]* x2="250.3"/);
  });

  test('show hostile names as text', () => {
    const { svg } = drawn([finding('trail', {}, 'a & b')], '<script>"x"</script>.fits');
    expect(svg).not.toContain('<script');
    expect(svg).toContain('&lt;script&gt;&quot;x&quot;');
    expect(svg).toContain('a &amp; b');
  });
});
