/** A terminal that remembers what was written and can be interrupted. */
import type { Terminal } from '../../../main/hosts/cli/terminal.ts';

export interface TrialTerminal extends Terminal {
  readonly output: string;
  readonly errors: string;
  interrupt(): void;
}

export function trialTerminal(given: Partial<Terminal> = {}): TrialTerminal {
  let output = '';
  let errors = '';
  const listeners = new Set<() => void>();
  return {
    interactive: false,
    columns: 100,
    workingFolder: '/work',
    platform: 'linux',
    home: '/home/ada',
    environment: {},
    user: 'ada',
    ...given,
    out: (text) => {
      output += text;
    },
    err: (text) => {
      errors += text;
    },
    draw: (text) => {
      errors += text;
    },
    onInterrupt(callback) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
    interrupt() {
      for (const listener of [...listeners]) listener();
    },
    get output() {
      return output;
    },
    get errors() {
      return errors;
    },
  };
}
