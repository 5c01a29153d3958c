import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compileKernels } from '../../../../scripts/build-kernels.ts';

it('the committed kernels are what their source compiles to', async () => {
  const path = join(import.meta.dirname, '../../../../main/families/frames/kernels/kernel-bytes.ts');
  // Compared as a whole: a difference of 20 kB of base64 is nothing to print.
  expect(readFileSync(path, 'utf8') === (await compileKernels())).toBe(true);
});
