export { flipRows, quantise, transpose } from './lay-out';
export { subtractSurroundings } from './surroundings';
export { beginPeaks, countPeaks, joinStrips, stripLength } from './line-sums';

/** First byte that no kernel uses: maps and buffers lie from here on. */
export function firstFreeByte(): usize {
  return __heap_base;
}
