/** The front doors write what they were asked for under the same guard as the workflows. */
export { isSpecialFile, refuseForeignFile } from '../workflows/files/output-guard.ts';
