/**
 * What a command was asked to write may replace its own earlier output, never a file of another kind: a slip such as
 * `--csv night/*.fits`, which the shell spells out, must not cost an original.
 */
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { NightsiftError } from '../../../contract/errors.ts';
import { pngMark } from '../../formats/raster/png-mark.ts';
import { systemCode } from '../../library/storage-errors.ts';

const lookedAtBytes = 4096;

/**
 * Passes where `file` is absent, empty, no regular file (a pipe, a device), holds `content` already or begins like it.
 * Errors: wouldOverwrite, wrongUse for a folder; the system's own where the file cannot be read.
 */
export function refuseForeignFile(file: string, content: Uint8Array): void {
  refuseFolder(file);
  const there = beginningOf(file);
  if (there === null || there.length === 0) return;
  const kind = kindOf(there);
  if (kind !== null && kind === kindOf(content.subarray(0, lookedAtBytes))) return;
  if (statSync(file).size === content.byteLength && readFileSync(file).equals(content)) return;
  throw new NightsiftError(
    'wouldOverwrite',
    `${file} is there already, and does not look like what this command writes; it is left as it is.`,
    { hint: 'Name another file, or take that one away first.', details: { file } },
  );
}

function refuseFolder(file: string): void {
  if (factsOf(file)?.isDirectory() !== true) return;
  throw new NightsiftError('wrongUse', `${file} is a folder, not a file.`, {
    hint: 'Name a file in it.',
    details: { file },
  });
}

/** True where writing must go into what is there (a pipe, /dev/null), since a new file would replace it. */
export function isSpecialFile(file: string): boolean {
  const facts = statSync(file, { throwIfNoEntry: false });
  return facts !== undefined && !facts.isFile() && !facts.isDirectory();
}

function beginningOf(file: string): Uint8Array | null {
  const facts = factsOf(file);
  if (facts === undefined || !facts.isFile()) return null;
  const handle = openSync(file, 'r');
  try {
    const bytes = new Uint8Array(lookedAtBytes);
    return bytes.subarray(0, readSync(handle, bytes, 0, lookedAtBytes, 0));
  } finally {
    closeSync(handle);
  }
}

function factsOf(file: string) {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch (error) {
    if (systemCode(error) === 'ENOTDIR') return undefined; // writing will say so
    throw error;
  }
}

/** How the ONNX files begin that are written here: for a look before there is one. */
export const modelBeginning = new TextEncoder().encode('\b\u000a\u0012\tnightsift');

/** JSON that names our schema, or is laid out as every command here lays it out; records of others rarely are. */
const ourJson = /^(?:\s*\{\s*"schema"\s*:\s*"nightsift\.|\{\n {2}"|\[\n {2}(?:\{\n {4})?"|\{\}\s*$|\[\]\s*$)/;

/** What tells outputs of one kind from others: the layout of JSON, the header of a table, a format's own marks. */
function kindOf(bytes: Uint8Array): string | null {
  const text = new TextDecoder('latin1').decode(bytes);
  if (text.slice(0, 80).includes('nightsift') && bytes[0] === 0x08) return 'onnx';
  if (text.startsWith('{"', 8) && bytes[7] === 0) return 'safetensors';
  // pictures may be anyone's; the decoder has another sign for the first byte
  if (text.startsWith('PNG', 1)) return text.includes(pngMark) ? 'png' : null;
  if (ourJson.test(text)) return 'json';
  if (/^\s*<!doctype html>/i.test(text)) return 'html';
  if (text.startsWith('# ')) return 'markdown';
  // a table of ours begins with a line of names; SIMPLE = T of FITS has neither a comma nor an end of line
  const [header = ''] = text.split(/\r?\n/, 1);
  return header.length < text.length && /^[\x20-\x7e]+$/.test(header) && header.includes(',')
    ? `table ${header}`
    : null;
}
