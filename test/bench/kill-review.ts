/** 200 kills -9 in the middle of a review: no acknowledged decision is lost. CI runs the same with fewer. */
import { spawnSync } from 'node:child_process';

const words = ['node_modules/vitest/vitest.mjs', 'run', 'test/faults/kill-review.slow.ts', '--maxWorkers=1'];
const env = { ...process.env, NIGHTSIFT_TESTS: 'full', NIGHTSIFT_KILLS: '200' };
const { status } = spawnSync(process.execPath, words, { stdio: 'inherit', env });
process.exitCode = status ?? 1;
