export { setFrame, setMesh, residualWindow, setHole } from './frame';
export { resultsAt } from './results';
export { swapWords, extremes, atLeast, gather, windowSums, blockSums, heal } from './samples';
export { setLine, brightPixels, coarseRow, columnSums, rowSums, skySums, peaks, spikes } from './passes';
export { detectionBytes, beginDetection, detectRows } from './detect';

/** First byte that no kernel uses: frames and buffers lie from here on. */
export function firstFreeByte(): usize {
  return __heap_base;
}
