/** Removes build output: `node scripts/clean.ts FOLDER…`, each inside dist/. */
import { rmSync } from 'node:fs';
import { resolve, sep } from 'node:path';

const root = resolve('dist');
for (const folder of process.argv.slice(2)) {
  const target = resolve(folder);
  if (target !== root && !target.startsWith(root + sep)) throw new Error(`${folder} is not inside dist/`);
  rmSync(target, { recursive: true, force: true });
}
