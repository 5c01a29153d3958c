export { setPoints, setRows, begin, farthest, sort, takeConsidered } from './points';
export { setFine, scanFine } from './fine';
export { setCoarse, scanCoarse } from './coarse';

/** First byte that no kernel uses: points and lists lie from here on. */
export function firstFreeByte(): usize {
  return __heap_base;
}
