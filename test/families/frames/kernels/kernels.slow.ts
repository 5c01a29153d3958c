import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compileKernels, kernelFolders } from '../../../../scripts/build-kernels.ts';

it.each(kernelFolders)('the committed kernels are what their source compiles to: %s', async (folder) => {
  const committed = readFileSync(join(folder, 'kernel-bytes.ts'), 'utf8');
  // Compared as a whole: a difference of 20 kB of base64 is nothing to print.
  expect(committed === (await compileKernels(folder))).toBe(true);
});
