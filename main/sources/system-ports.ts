/** The machine as sources see it. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { NightsiftError } from '../../contract/errors.ts';
import type { SourcePorts } from './source.ts';

export function systemPorts(): SourcePorts {
  return {
    environment: process.env,
    home: homedir(),
    readText(path) {
      try {
        return readFileSync(path, 'utf8');
      } catch {
        return null;
      }
    },
    now: () => new Date(),
    async sleep(milliseconds, signal) {
      try {
        await pause(milliseconds, undefined, { signal });
      } catch (thrown) {
        throw new NightsiftError('cancelled', 'Waiting for a source was cancelled.', { cause: thrown });
      }
    },
    random: Math.random,
  };
}
