/**
 * Addresses of sources beyond this machine's files, as people write them: `https://…`, `s3://BUCKET/PREFIX`,
 * `hf://datasets/OWNER/NAME@REVISION/PATH`, `preset:NAME`. Anything else is a path.
 */

/** `C:\nights` is a path and `file://` names one: neither is an address of a remote source. */
export function isSourceAddress(word: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]+:\/\/|preset:)/i.test(word) && !/^file:/i.test(word);
}
