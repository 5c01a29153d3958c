/** A machine for sources: no waiting, a fixed clock, files of configuration from a table. */
import type { Sink, SourcePorts } from '../../main/sources/source.ts';

export interface TrialPorts extends SourcePorts {
  /** Pauses that were asked for, in milliseconds. */
  readonly pauses: number[];
}

export function trialPorts(
  environment: Record<string, string> = {},
  files: Readonly<Record<string, string>> = {},
): TrialPorts {
  const pauses: number[] = [];
  return {
    environment,
    home: '/home/someone',
    readText: (path) => files[path] ?? null,
    now: () => new Date('2026-03-14T20:00:00Z'),
    sleep: async (milliseconds) => void pauses.push(milliseconds),
    random: () => 1,
    pauses,
  };
}

/** A sink in memory. */
export function memorySink(start: Uint8Array = new Uint8Array(), validator: string | null = null) {
  let bytes = Buffer.from(start);
  let named = validator;
  let restarts = 0;
  const sink: Sink = {
    get byteLength() {
      return bytes.byteLength;
    },
    get validator() {
      return named;
    },
    name: (given) => {
      named = given;
    },
    append: (more) => {
      bytes = Buffer.concat([bytes, more]);
    },
    restart: () => {
      restarts += 1;
      bytes = Buffer.alloc(0);
    },
  };
  return { sink, bytes: () => new Uint8Array(bytes), restarts: () => restarts };
}
