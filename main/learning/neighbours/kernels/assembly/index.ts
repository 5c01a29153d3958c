export { setIndex, setGroup, begin, scan, sort, farthest } from './search';

/** First byte that no kernel uses: points and lists lie from here on. */
export function firstFreeByte(): usize {
  return __heap_base;
}
