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

/** From the reader: `stream` is a number of its own choice, used once on a connection. */
export const StreamRequest = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('open'), stream: number, method: z.string(), input: z.unknown() }),
  /** Room for `count` more events. */
  z.object({ kind: z.literal('more'), stream: number, count: number.max(streamWindow) }),
  z.object({ kind: z.literal('stop'), stream: number }),
]);
export type StreamRequest = z.infer<typeof StreamRequest>;

/** From the host. `end` and `failed` are the last word about a stream. */
export type StreamReply =
  | { readonly kind: 'event'; readonly stream: number; readonly event: unknown }
  | { readonly kind: 'end'; readonly stream: number }
  | { readonly kind: 'failed'; readonly stream: number; readonly error: ErrorRecord };
