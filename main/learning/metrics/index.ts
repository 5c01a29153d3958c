export * from './by-split.ts';
export * from './confident-learning.ts';
export * from './evaluation.ts';
export * from './intervals.ts';
export * from './targets.ts';
export * from './temperature.ts';
