/** How calls look on HTTP and WebSocket: shared by the edge host and the browser's client. */
import { z } from 'zod';
import type { ErrorRecord } from './error-record.ts';

/** Paths of the edge host. The name of the call follows as one segment. */
export const wirePaths = {
  /** POST the token to get the cookie; GET tells whether the cookie is accepted. */
  session: '/api/session',
  ask: '/api/ask/',
  bytes: '/api/bytes/',
  /** The WebSocket that carries every stream of a page. */
  streams: '/api/streams',
} as const;

/** An input of a call in JSON may have as many bytes; names, ids and options need far fewer. */
export const inputLimitBytes = 1024 * 1024;

/** A reader allows so many events at a time; the host never holds more than that for it. */
export const streamWindow = 256;

const number = z.number().int().nonnegative();
const named = { call: number, method: z.string(), input: z.unknown() };

/**
 * From the caller, over any channel of messages. `call` is a number of the caller's choice, used once on a channel.
 * Over WebSocket only streams go this way; over Electron's IPC and to the engine's process everything does.
 */
export const CallRequest = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ask'), ...named }),
  z.object({ kind: z.literal('bytes'), ...named }),
  z.object({ kind: z.literal('stream'), ...named }),
  /** Room for `count` more events of a stream. */
  z.object({ kind: z.literal('more'), call: number, count: number.max(streamWindow) }),
  /** The caller no longer wants it. */
  z.object({ kind: z.literal('stop'), call: number }),
]);
export type CallRequest = z.infer<typeof CallRequest>;

/** From the handlers' side. All but `event` are the last word about a call. */
export type CallReply =
  | { readonly kind: 'event'; readonly call: number; readonly event: unknown }
  | { readonly kind: 'end'; readonly call: number }
  | { readonly kind: 'answer'; readonly call: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly call: number; readonly error: ErrorRecord };
