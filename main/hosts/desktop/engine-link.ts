/**
 * The window's side of the engine's process. A crash ends the calls that were open with a sentence for people, and the
 * engine is started again: the library brings itself back to order, as after any kill.
 */
import type { Transport } from '../../../contract/client.ts';
import { fromErrorRecord } from '../../../contract/error-record.ts';
import { NightsiftError } from '../../../contract/errors.ts';
import { messageClient } from '../../../contract/message-client.ts';
import type { FromEngine, ToEngine } from './engine-messages.ts';

/** As Electron's utility process. */
export interface EngineProcess {
  postMessage(message: ToEngine): void;
  on(event: 'message', listener: (message: FromEngine) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  kill(): boolean;
}

export interface EngineLinkOptions {
  start(): EngineProcess;
  /** Each time the engine is there. */
  onReady(notes: readonly string[]): void;
  /** It cannot open the library: nothing will work. */
  onRefused(error: NightsiftError): void;
  /** It ended unasked. `again`: it is being started anew. */
  onCrash(error: NightsiftError, again: boolean): void;
  readonly milliseconds: () => number;
}

export interface EngineLink {
  readonly transport: Transport;
  /** Lets the engine end what runs at its next safe point, then ends it. */
  close(): Promise<void>;
}

// One crash may be a bad frame; several in a row would only go on.
const mostCrashes = 3;
const crashWindowMilliseconds = 60_000;
const closeMilliseconds = 10_000;

export function openEngineLink(options: EngineLinkOptions): EngineLink {
  const crashes: number[] = [];
  let engine: EngineProcess | null = null;
  let refused = false;
  let closing: (() => void) | null = null;
  const client = messageClient((request) => {
    if (engine === null) throw gone();
    engine.postMessage(request);
  });

  function hear(message: FromEngine): void {
    if (message.kind === 'ready') {
      options.onReady(message.notes);
    } else if (message.kind === 'refused') {
      refused = true;
      options.onRefused(fromErrorRecord(message.error));
    } else {
      client.receive(message);
    }
  }

  function ended(code: number): void {
    engine = null;
    client.failAll(crashed(code));
    closing?.();
    if (refused || closing !== null) return;
    const now = options.milliseconds();
    crashes.push(now);
    const again = crashes.filter((at) => now - at < crashWindowMilliseconds).length < mostCrashes;
    if (again) start();
    options.onCrash(crashed(code), again);
  }

  function start(): void {
    const started = options.start();
    engine = started;
    started.on('message', hear);
    started.on('exit', (code) => {
      if (engine === started) ended(code);
    });
  }

  start();
  return {
    transport: client.transport,
    close() {
      const running = engine;
      if (running === null) return Promise.resolve();
      return new Promise((resolve) => {
        const late = setTimeout(() => running.kill(), closeMilliseconds);
        closing = () => {
          clearTimeout(late);
          resolve();
        };
        running.postMessage({ kind: 'close' });
      });
    },
  };
}

function crashed(code: number): NightsiftError {
  return new NightsiftError('crashed', `The engine stopped unexpectedly (exit code ${code}).`, {
    hint: 'What was finished is kept. Start the job again; a scan or training goes on where it was.',
    details: { exitCode: code },
  });
}

function gone(): NightsiftError {
  return new NightsiftError('crashed', 'The engine is not running.', { hint: 'Start Nightsift anew.' });
}
