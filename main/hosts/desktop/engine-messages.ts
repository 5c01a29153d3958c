/** What the window's process and the engine's process say to each other besides calls and replies. */
import type { ErrorRecord } from '../../../contract/error-record.ts';
import type { CallReply, CallRequest } from '../../../contract/wire.ts';

export type ToEngine = CallRequest | { readonly kind: 'close' };

export type FromEngine =
  | CallReply
  | { readonly kind: 'ready'; readonly notes: readonly string[] }
  /** The library cannot be opened; the process ends. */
  | { readonly kind: 'refused'; readonly error: ErrorRecord };
