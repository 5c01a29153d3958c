/**
 * Everything CI checks, in one command: format and lint, types, layers, dead code, build, and every test.
 * Ends with one line: `N passed, N failed, N skipped`. `--fast` keeps to what finishes under a minute.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Debian packages that tests compare with or look through, and the file that tells they are there. */
const oraclePackages: readonly { readonly name: string; readonly proof: string }[] = [
  { name: 'python3-astropy', proof: '/usr/lib/python3/dist-packages/astropy/__init__.py' },
  { name: 'chromium', proof: '/usr/bin/chromium' },
];

interface Step {
  readonly name: string;
  readonly command: readonly string[];
}

const steps: readonly Step[] = [
  { name: 'format and lint', command: ['biome', 'ci', '.'] },
  { name: 'types', command: ['tsc', '-p', 'tsconfig.json'] },
  { name: 'types of the screens', command: ['svelte-check', '--tsconfig', 'renderer/tsconfig.json'] },
  {
    name: 'layers',
    command: ['depcruise', '--config', '.dependency-cruiser.cjs', 'contract', 'main', 'preload', 'renderer'],
  },
  { name: 'dead code', command: ['knip'] },
  { name: 'build', command: ['npm', 'run', '--silent', 'build'] },
];

function run(command: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<number> {
  return new Promise((resolve) => {
    const [program = '', ...rest] = command;
    const child = spawn(program, rest, { stdio: 'inherit', env: { ...process.env, ...environment } });
    child.on('error', () => resolve(127));
    child.on('close', (code) => resolve(code ?? 1));
  });
}

function installOracles(): void {
  const missing = oraclePackages.filter((one) => !existsSync(one.proof)).map((one) => one.name);
  if (missing.length === 0) return;
  const permitted =
    process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (!permitted) {
    console.log(`Not installed: ${missing.join(', ')}. The tests that need them will skip.`);
    return;
  }
  console.log(`Installing for the tests: ${missing.join(', ')}`);
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { stdio: 'ignore', env: environment, timeout: 600_000 } as const;
  spawnSync('apt-get', ['update', '-qq'], options);
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], options);
}

interface VitestSummary {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTotalTests: number;
}

async function runTests(fast: boolean): Promise<{ code: number; summary: VitestSummary | null }> {
  const folder = mkdtempSync(join(tmpdir(), 'nightsift-tests-'));
  const report = join(folder, 'report.json');
  const coverage = fast ? [] : ['--coverage'];
  const code = await run(
    ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...coverage],
    fast ? {} : { NIGHTSIFT_TESTS: 'full' },
  );
  const summary = existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as VitestSummary) : null;
  rmSync(folder, { recursive: true, force: true });
  return { code, summary };
}

const fast = process.argv.includes('--fast');
let passed = 0;
let failed = 0;
let skipped = 0;
if (!fast) {
  installOracles();
  for (const step of steps) {
    const started = Date.now();
    console.log(`\n== ${step.name}`);
    const code = await run(step.command);
    console.log(
      `== ${step.name}: ${code === 0 ? 'passed' : 'FAILED'} (${((Date.now() - started) / 1000).toFixed(1)} s)`,
    );
    if (code === 0) passed += 1;
    else failed += 1;
  }
}
console.log('\n== tests');
const outcome = await runTests(fast);
passed += outcome.summary?.numPassedTests ?? 0;
failed += outcome.summary?.numFailedTests ?? 0;
skipped += outcome.summary?.numPendingTests ?? 0;
// A runner that stopped for another reason (an unhandled rejection, no report) is a failure too.
if (outcome.code !== 0 && (outcome.summary?.numFailedTests ?? 0) === 0) failed += 1;
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
