/** Errors as they cross a wire: no stack trace, no prototype. The stack is for the log of the side that threw. */
import { z } from 'zod';
import { type ErrorCode, isNightsiftError, NightsiftError } from './errors.ts';

export const ErrorRecord = z.object({
  code: z.string(),
  /** A sentence for people. */
  message: z.string(),
  /** What to do next. */
  hint: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});
export type ErrorRecord = z.infer<typeof ErrorRecord>;

/** Anything thrown, as a record. What is not ours becomes `internal` (or `cancelled` for an abort). */
export function toErrorRecord(thrown: unknown): ErrorRecord {
  if (isNightsiftError(thrown)) {
    return {
      code: thrown.code,
      message: thrown.message,
      ...(thrown.hint === undefined ? {} : { hint: thrown.hint }),
      ...(Object.keys(thrown.details ?? {}).length === 0 ? {} : { details: plain(thrown.details) }),
    };
  }
  if (thrown instanceof Error && thrown.name === 'AbortError') {
    return { code: 'cancelled', message: 'The call was cancelled.' };
  }
  return { code: 'internal', message: thrown instanceof Error ? thrown.message : String(thrown) };
}

export function fromErrorRecord(record: ErrorRecord): NightsiftError {
  return new NightsiftError(record.code as ErrorCode, record.message, {
    ...(record.hint === undefined ? {} : { hint: record.hint }),
    ...(record.details === undefined ? {} : { details: record.details }),
  });
}

/** Details may hold anything; a wire carries JSON. */
function plain(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  try {
    return JSON.parse(JSON.stringify(details)) as Record<string, unknown>;
  } catch {
    return { unprintable: true };
  }
}
