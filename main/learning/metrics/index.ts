export * from './evaluation.ts';
export * from './temperature.ts';
