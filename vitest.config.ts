import { defineConfig } from 'vitest/config';

// fast: units, under a minute. full: adds kill -9, fuzzing, whole nights and the built command.
const full = process.env.NIGHTSIFT_TESTS === 'full';

export default defineConfig({
  test: {
    include: full ? ['test/**/*.spec.ts', 'test/**/*.slow.ts'] : ['test/**/*.spec.ts'],
    testTimeout: full ? 600_000 : 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    coverage: {
      provider: 'v8',
      include: ['contract/**/*.ts', 'main/**/*.ts'],
      exclude: ['main/hosts/desktop/**'],
      reporter: ['text-summary', 'json-summary'],
    },
  },
});
