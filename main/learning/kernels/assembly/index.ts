export { setPoints, packPoint, setAsked, scoreOne, scoreTwo } from './points';
export { setCache } from './cache';
export { setSolver, startFrom, finishStart, run, rho } from './solver';

/** First byte that no kernel uses: points and lists lie from here on. */
export function firstFreeByte(): usize {
  return __heap_base;
}
