/**
 * Imported first by threads that work for long: a person who looks at a night while it is measured comes first, while the
 * thread still loads its code too. Linux knows priorities of single threads.
 */
import { setPriority } from 'node:os';
import process from 'node:process';

if (process.platform === 'linux') setPriority(0, 10);
