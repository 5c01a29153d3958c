import type { FrameDetector } from './detector.ts';

/** The file ended before the last row. */
export const truncated: FrameDetector = {
  name: 'truncated',
  codes: ['truncated'],
  detect({ record }) {
    if (record.truncated === null) return [];
    const { validRows } = record.truncated;
    const evidence = { validRows, rows: record.height, region: { y1: validRows, y2: record.height - 1 } };
    return [{ code: 'truncated', confidence: 1, severity: 1 - validRows / record.height, evidence }];
  },
};
