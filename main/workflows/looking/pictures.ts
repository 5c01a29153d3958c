/**
 * The house's picture makers: threads of their own, so that looking never waits for measuring, and a cache of
 * thumbnails as files beside the library, named by what they show. The cache may be deleted at any time.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { FrameOverlay, HeaderCard } from '../../../contract/calls/frames.ts';
import { NightsiftError } from '../../../contract/errors.ts';
import { workerEntry } from '../../jobs/messages.ts';
import { openWorkerPool, type WorkerPool } from '../../jobs/pool.ts';
import { sha256 } from '../../library/blobs.ts';
import type { Library } from '../../library/open-library.ts';
import type { Item, Session } from '../../library/sessions.ts';
import { writeWholeFile } from '../../library/whole-files.ts';
import { locate } from '../files/locate.ts';
import type { PixelsInput, ThumbnailInput } from '../work/picture-worker.ts';
import { findItem } from './show-frame.ts';

export interface PixelQuery {
  readonly session: string;
  readonly item: number;
  readonly level: number;
  readonly x: number;
  readonly y: number;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

export interface PictureDesk {
  /** A JPEG. Errors: notFound, and why the file cannot be read. */
  thumbnail(session: string, item: number, side: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** A pixel packet; see contract/pixel-packet.ts. */
  pixels(query: PixelQuery, signal?: AbortSignal): Promise<Uint8Array>;
  overlay(session: string, item: number, signal?: AbortSignal): Promise<FrameOverlay>;
  header(session: string, item: number, signal?: AbortSignal): Promise<HeaderCard[]>;
  close(): Promise<void>;
}

/** Grows whenever a thumbnail would look different. */
const thumbnailRevision = 1;
/** Of the cache; the oldest go first. */
const cacheLimitBytes = 1024 ** 3;
const sweepEvery = 2000;
const mostThreads = 4;
/** A whole level at most: a screen shows no more. */
const largestSide = 8192;

export function openPictureDesk(library: Library): PictureDesk {
  const entry = workerEntry(import.meta.url, '../work/picture-worker');
  const threads = Math.max(1, Math.min(mostThreads, availableParallelism()));
  // one pool for each thread: tiles of one frame go to the thread that has it open
  const desks: WorkerPool[] = Array.from({ length: threads }, () => openWorkerPool({ entry, size: 1 }));
  const deskOf = (item: number) => desks[item % desks.length];
  const cache = openCache(join(library.directory, 'thumbnails'));
  const fileOf = (session: string, item: number) => {
    const found = findItem(library, session, item);
    const { root } = found.session;
    const { file, contentHash } = found.item;
    const path = contentHash === null ? join(root, file) : locate(library, { root, file, contentHash });
    return { ...found, path };
  };
  return {
    async thumbnail(session, id, side, signal) {
      const { item, path, session: owner } = fileOf(session, id);
      const key = sha256(JSON.stringify([thumbnailRevision, side, pictureIdentity(owner, item)]));
      const known = cache.get(key);
      if (known !== null) return known;
      const input: ThumbnailInput = { path, file: item.file, side };
      const bytes = await deskOf(id).run<Uint8Array>('thumbnail', input, { signal });
      cache.put(key, bytes);
      return bytes;
    },
    pixels({ session, item: id, level, x, y, width, height }, signal) {
      const { item, path } = fileOf(session, id);
      const size = { width: width ?? largestSide, height: height ?? largestSide };
      const input: PixelsInput = { path, file: item.file, level, x, y, ...size };
      return deskOf(id).run<Uint8Array>('pixels', input, { signal });
    },
    overlay(session, id, signal) {
      const { item } = findItem(library, session, id);
      const record =
        item.contentHash === null ? null : library.measurements.newest(item.contentHash)?.recordBlob;
      if (record == null) {
        throw new NightsiftError(
          'notFound',
          `${item.file} was not measured, so there is nothing to draw over it.`,
          {
            details: { file: item.file },
          },
        );
      }
      return deskOf(id).run<FrameOverlay>('overlay', { path: library.blobs.pathOf(record) }, { signal });
    },
    header(session, id, signal) {
      const { item, path } = fileOf(session, id);
      return deskOf(id).run<HeaderCard[]>('header', { path, file: item.file }, { signal });
    },
    async close() {
      await Promise.all(desks.map((desk) => desk.close()));
    },
  };
}

/** The content where it is known; else what tells that the file is the one seen. */
function pictureIdentity(session: Session, item: Item): unknown {
  if (item.contentHash !== null) return item.contentHash;
  return [session.root, item.file, item.byteLength, item.modifiedNanoseconds, item.inode];
}

interface ThumbnailCache {
  get(key: string): Uint8Array | null;
  put(key: string, bytes: Uint8Array): void;
}

function openCache(directory: string): ThumbnailCache {
  let written = 0;
  const pathOf = (key: string) => join(directory, key.slice(0, 2), `${key.slice(2)}.jpg`);
  return {
    get(key) {
      try {
        const path = pathOf(key);
        const bytes = readFileSync(path);
        const now = new Date();
        utimesSync(path, now, now); // used lately: swept last
        return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      } catch {
        return null;
      }
    },
    put(key, bytes) {
      try {
        mkdirSync(join(directory, key.slice(0, 2)), { recursive: true });
        writeWholeFile(pathOf(key), bytes);
        written += 1;
        if (written % sweepEvery === 0) sweepCache(directory);
      } catch {
        // a full disk or a read-only library: the picture is made again next time
      }
    },
  };
}

/** Removes the files unused for longest until the cache fits. */
function sweepCache(directory: string): void {
  const files = readdirSync(directory).flatMap((folder) =>
    readdirSync(join(directory, folder)).map((name) => {
      const path = join(directory, folder, name);
      const { size, mtimeMs } = statSync(path);
      return { path, size, mtimeMs };
    }),
  );
  let total = files.reduce((sum, { size }) => sum + size, 0);
  for (const { path, size } of files.sort((one, other) => one.mtimeMs - other.mtimeMs)) {
    if (total <= cacheLimitBytes) return;
    if (existsSync(path)) rmSync(path, { force: true });
    total -= size;
  }
}
