/** Whole files in gzip (`.fits.gz`), known by their first bytes and not by their name. */
import { createGunzip, gunzipSync } from 'node:zlib';
import { type ByteSource, bytesSource } from '../byte-source.ts';
import { refusal } from '../refusal.ts';
import { fitsLimits } from './limits.ts';

export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b && head[2] === 8;
}

/** The first bytes inside a gzip of which only the beginning is at hand; empty when they do not decode. */
export function peekGzip(head: Uint8Array): Uint8Array {
  try {
    // A sync flush gives what can be decoded so far instead of asking for the end of the stream.
    return gunzipSync(head, { finishFlush: 2, maxOutputLength: 16 * 1024 * 1024 });
  } catch {
    return new Uint8Array(0);
  }
}

/** What a stream that was cut short still gives; null when it is damaged instead, so that nothing of it can be trusted. */
function expandCutStream(bytes: Uint8Array, maximumLength: number): Promise<Uint8Array | null> {
  return new Promise((resolve) => {
    const gunzip = createGunzip({ chunkSize: 256 * 1024 });
    const chunks: Buffer[] = [];
    let length = 0;
    gunzip.on('data', (chunk: Buffer) => {
      length += chunk.byteLength;
      if (length > maximumLength) gunzip.destroy(new Error('beyond the limit'));
      else chunks.push(chunk);
    });
    // zlib names a missing end Z_BUF_ERROR and wrong bytes Z_DATA_ERROR.
    gunzip.on('error', (error: Error & { code?: unknown }) => {
      resolve(error.code === 'Z_BUF_ERROR' ? Buffer.concat(chunks) : null);
    });
    gunzip.on('end', () => resolve(Buffer.concat(chunks)));
    gunzip.end(bytes);
  });
}

function unpacked(source: ByteSource, bytes: Uint8Array): ByteSource {
  return { ...bytesSource(bytes, source.name), storedLength: source.byteLength };
}

/**
 * What the gzip says of its length in its last four bytes (RFC 1952), a little more, so that one buffer takes it all.
 * A wrong figure costs time only.
 */
function outputSize(compressed: Uint8Array, limit: number): number {
  if (compressed.byteLength < 18) return 64 * 1024;
  const end = compressed.byteOffset + compressed.byteLength;
  const claimed = new DataView(compressed.buffer, end - 4, 4).getUint32(0, true);
  return Math.max(64 * 1024, Math.min(claimed + 64, limit));
}

/**
 * The bytes inside a gzipped source. A stream that is cut short gives what comes before the cut.
 * @throws `tooLarge` beyond the ratio cap, `damagedData` when it does not decode or its checksum is wrong.
 */
export async function unwrapGzip(source: ByteSource, warnings: string[]): Promise<ByteSource> {
  const limit = Math.min(
    fitsLimits.gzipBytes,
    Math.max(fitsLimits.gzipFreeBytes, source.byteLength * fitsLimits.gzipRatio),
  );
  const compressed = source.read(0, source.byteLength);
  try {
    const bytes = gunzipSync(compressed, {
      maxOutputLength: limit,
      chunkSize: outputSize(compressed, limit),
    });
    return unpacked(source, bytes);
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') {
      throw refusal(
        'tooLarge',
        source,
        `its ${source.byteLength} gzipped bytes grow beyond ${limit}`,
        'Unpack the file by hand if you trust it.',
      );
    }
  }
  const bytes = await expandCutStream(compressed, limit);
  if (bytes === null || bytes.byteLength === 0) {
    throw refusal(
      'damagedData',
      source,
      'its gzip stream does not decode',
      'The file was damaged while it was written or copied; take another copy.',
    );
  }
  warnings.push('the gzip stream is cut short; what comes before the cut was read');
  return unpacked(source, bytes);
}
