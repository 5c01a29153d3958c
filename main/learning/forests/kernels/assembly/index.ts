export { setOrder, startDraws, draw } from './draw';
export { setTable, setRoom, choose, at, range, divide } from './search';
export { setClasses, setValues, readWeights, enter, leaf } from './target';
export { resultsAt } from './results';

/** First byte that no kernel uses: tables and buffers lie from here on. */
export function firstFreeByte(): usize {
  return __heap_base;
}
