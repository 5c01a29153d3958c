/** Which program this is and what it runs on: shown by --version, kept with every run. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import process from 'node:process';

/** From package.json, which lies one folder higher in a release than in the source. */
export function engineVersion(): string {
  for (const place of ['../../package.json', '../../../package.json']) {
    try {
      const description = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (description.name === 'nightsift' && description.version) return description.version;
    } catch {
      // the other place, then
    }
  }
  return '0.0.0';
}

export function runEnvironment(): Record<string, string> {
  return {
    nightsift: engineVersion(),
    node: process.versions.node,
    system: `${process.platform}-${process.arch}`,
    processor: cpus()[0]?.model ?? 'unknown',
    threads: String(availableParallelism()),
  };
}
