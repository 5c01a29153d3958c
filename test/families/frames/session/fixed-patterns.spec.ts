import { describe, expect, it } from 'vitest';
import { repeatsOfLines } from '../../../../main/families/frames/session/fixed-patterns.ts';

const line = (x1: number, y1: number, x2: number, y2: number) => ({ x1, y1, x2, y2 });
const frame = (...lines: ReturnType<typeof line>[]) => lines;
const nowhere = (frames: readonly unknown[]): null[] => frames.map(() => null);

describe('repeatsOfLines', () => {
  it('counts the other frames that show a line at the same place of the detector', () => {
    const frames = [
      frame(line(82, 0, 82.5, 900)),
      frame(line(81.5, 880, 82, 40)),
      frame(line(83, 300, 82, 420)),
      frame(line(300, 0, 300, 900)),
      frame(line(82, 0, 140, 900)),
    ];
    expect(repeatsOfLines(frames, nowhere(frames))).toEqual([[2], [2], [2], [0], [0]]);
  });

  it('does not take a short line that only crosses a long one for the same', () => {
    const frames = [
      frame(line(0, 500, 1200, 520)),
      frame(line(590, 495, 640, 560)),
      frame(line(600, 540, 650, 541)),
    ];
    expect(repeatsOfLines(frames, nowhere(frames))).toEqual([[0], [0], [0]]);
  });

  it('follows lines of the sky through dither, and directions round the circle', () => {
    const shifted = { a: 1, b: 0, tx: -30, ty: 12 };
    const frames = [frame(line(100, 400, 600, 401)), frame(line(130, 388, 630, 386))];
    expect(repeatsOfLines(frames, nowhere(frames))).toEqual([[0], [0]]);
    expect(repeatsOfLines(frames, [{ a: 1, b: 0, tx: 0, ty: 0 }, shifted])).toEqual([[1], [1]]);
  });
});
