/**
 * What a kind of source has to offer: it claims addresses, lists what is there and hands out bytes from any place on.
 * Disk is none of its business: bytes go to a `Sink`, which remembers how far an earlier try came.
 */

/** Where bytes are written, in order. */
export interface Sink {
  /** Bytes that are there, those of an earlier, broken try included. */
  readonly byteLength: number;
  /** What the bytes of the earlier try were called by their source (a strong ETag, a date of change). */
  readonly validator: string | null;
  /** Called with the validator of what follows, before its first byte. */
  name(validator: string | null): void;
  append(bytes: Uint8Array): void;
  /** Drops all that is there. */
  restart(): void;
}

export interface FetchWork {
  readonly signal?: AbortSignal | undefined;
  /** `total` is null while the source does not say. */
  readonly onBytes?: ((done: number, total: number | null) => void) | undefined;
  /** A sentence about a try that failed and will be repeated. */
  readonly onRetry?: ((sentence: string) => void) | undefined;
  /** Larger objects are refused. */
  readonly mostBytes: number;
  /** Of the copy that is at hand, so that what did not change is not sent again. */
  readonly knownTag?: string | null | undefined;
}

/** `unchanged`: the copy with `knownTag` still holds, and the sink was left alone. */
export interface Fetched {
  readonly outcome: 'fetched' | 'unchanged';
  /** Changes when the content does; null where the source has no such thing. */
  readonly tag: string | null;
}

export interface Digest {
  /** `gitBlob`: SHA-1 as Git names its objects. */
  readonly algorithm: 'sha256' | 'gitBlob';
  /** Hexadecimal. */
  readonly value: string;
}

export interface RemoteEntry {
  /** Below the source, with forward slashes. Untrusted: it is checked before it becomes the name of a file. */
  readonly name: string;
  /** Null where the list does not say. */
  readonly byteLength: number | null;
  readonly tag: string | null;
  readonly digest: Digest | null;
  /** Errors: unreachable, notFound, notAllowed, tooLarge, verifyFailed, cancelled. */
  fetch(sink: Sink, work: FetchWork): Promise<Fetched>;
}

export interface Listing {
  readonly entries: readonly RemoteEntry[];
  /** What the source was pinned to: a commit; null where there is no such thing. */
  readonly revision: string | null;
}

export interface RemoteSource {
  /** As it is shown and remembered: without secrets. */
  readonly address: string;
  /** For sessions and folders: the last part of the address that says something. */
  readonly title: string;
  /** True when the address names a state that never changes, so that a full copy needs no look. */
  readonly isPinned: boolean;
  /** Errors: unreachable, notFound, notAllowed, tooLarge, badInput, cancelled. */
  list(work: Pick<FetchWork, 'signal' | 'onRetry'>): Promise<Listing>;
}

export interface SourceKind {
  readonly name: string;
  /** What it is, in a few words. */
  readonly title: string;
  /** How its addresses are written. */
  readonly form: string;
  claims(address: string): boolean;
  /** Errors: wrongUse for an address that makes no sense. */
  open(address: string, ports: SourcePorts): RemoteSource;
}

/** What sources need of the machine. */
export interface SourcePorts {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** A small text file of the person's configuration; null when it is not there. */
  readText(path: string): string | null;
  now(): Date;
  /** Rejects with `cancelled` when the signal fires. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** 0 ≤ x < 1, to spread retries. */
  random(): number;
}
