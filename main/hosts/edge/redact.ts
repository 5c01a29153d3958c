/** Takes absolute folders out of an error on its way to a page: the last two names tell a person which file is meant. */
import type { ErrorRecord } from '../../../contract/error-record.ts';

const absolutePath = /(?<![\w.…])(?:[A-Za-z]:)?(?:[\\/][^\\/\s"'<>:;,|]+){3,}/g;

export function withoutFolders(error: ErrorRecord): ErrorRecord {
  return cleaned(error) as ErrorRecord;
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(absolutePath, shortened);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cleaned(inner)]));
}

function shortened(path: string): string {
  return `…/${path.split(/[\\/]/).slice(-2).join('/')}`;
}
