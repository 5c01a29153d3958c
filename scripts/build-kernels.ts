/**
 * Compiles the kernels (AssemblyScript) and writes the bytes of each folder into a module:
 * `node scripts/build-kernels.ts`. The result is committed, so that everything runs from source and offline; a test
 * compiles them again and compares. `--check` only says whether the committed bytes are up to date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';

const main = join(import.meta.dirname, '..', 'main');
const frames = join(main, 'families', 'frames');
/** Folders with kernels: the source in assembly/, the bytes beside it. */
export const kernelFolders: readonly string[] = [
  join(frames, 'kernels'),
  join(frames, 'trails', 'kernels'),
  join(main, 'learning', 'forests', 'kernels'),
  join(main, 'learning', 'kernels'),
  join(main, 'learning', 'neighbours', 'kernels'),
];

/** The text of the module that holds a folder's compiled kernels. @throws Error with what the compiler said. */
export async function compileKernels(folder: string): Promise<string> {
  let bytes: Uint8Array | null = null;
  const { error, stderr } = await asc.main(
    [
      join('assembly', 'index.ts'),
      '--baseDir',
      folder,
      '--outFile',
      'kernels.wasm',
      '-O3',
      '--converge',
      '--noAssert',
      '--runtime',
      'stub',
      '--enable',
      'simd',
      '--enable',
      'relaxed-simd',
    ],
    {
      writeFile: (name, contents) => {
        if (name.endsWith('.wasm') && typeof contents !== 'string') bytes = contents;
      },
    },
  );
  if (error !== null || bytes === null) throw new Error(`the kernels do not compile: ${stderr.toString()}`);
  const text = Buffer.from(bytes).toString('base64');
  return [
    '/** Made by scripts/build-kernels.ts from assembly/: WebAssembly with SIMD, base64. Do not edit. */',
    '// biome-ignore format: one long line is easier on tools than ten thousand short ones',
    `export const kernelBytes = '${text}';`,
    '',
  ].join('\n');
}

if (import.meta.main) {
  for (const folder of kernelFolders) {
    const target = join(folder, 'kernel-bytes.ts');
    const made = await compileKernels(folder);
    if (!process.argv.includes('--check')) writeFileSync(target, made);
    else if (readFileSync(target, 'utf8') !== made) {
      console.error(`${target} is not what assembly/ compiles to: run node scripts/build-kernels.ts`);
      process.exitCode = 1;
    }
  }
}
