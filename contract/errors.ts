/**
 * Every error a person can meet carries a stable code, a sentence, a hint and details.
 * Callers narrow by `code`, never by message.
 */

/** Why a file has no judgement. Closed list; documented in docs/guide/errors.md. */
export const refusalCodes = [
  'noImage', // a valid file without a two-dimensional image (table only, NAXIS 0, one-dimensional)
  'notAnImage', // bytes of another kind under an image's name
  'badHeader', // keywords missing, contradictory or impossible
  'unsupportedCompression',
  'unsupportedLayout', // an image we can read but not judge: a cube that is not colour, for one
  'damagedData', // compressed bytes that do not decode, or no readable row
  'tooLarge',
  'tooSmall',
  'empty', // zero bytes
  'cannotOpen', // the operating system said no
  'timedOut',
  'crashed', // the worker that judged the file died
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/** Codes of everything else. */
export const generalCodes = [
  'wrongUse',
  'badInput',
  'notFound',
  'conflict',
  'libraryBusy',
  'libraryDamaged',
  'libraryTooNew',
  'diskFull',
  'notEnoughData',
  'diverged',
  'cancelled',
  'modelMismatch',
  'badModel',
  'wouldOverwrite',
  'verifyFailed',
  'unsupported',
  'notAllowed', // no token, or a page of another origin
  'tooBusy', // more calls at once than the host takes
  'hostGone', // the host does not answer
  'unreachable', // a source beyond this machine does not answer, or not in full
  'internal',
] as const;
export type GeneralCode = (typeof generalCodes)[number];
export type ErrorCode = RefusalCode | GeneralCode;

export interface ErrorExtras {
  /** What the person can do next. */
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

export class NightsiftError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, extras: ErrorExtras = {}) {
    super(message, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.name = 'NightsiftError';
    this.code = code;
    this.hint = extras.hint;
    this.details = extras.details ?? {};
  }
}

/** True for our own errors, also after they crossed a thread (where the prototype is lost). */
export function isNightsiftError(value: unknown): value is NightsiftError {
  return (
    value instanceof NightsiftError ||
    (value instanceof Error && value.name === 'NightsiftError' && 'code' in value)
  );
}

export function isRefusal(value: unknown): value is NightsiftError & { code: RefusalCode } {
  return isNightsiftError(value) && (refusalCodes as readonly string[]).includes(value.code);
}
