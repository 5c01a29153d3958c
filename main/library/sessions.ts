/** Sessions and the items in them. */
import { NightsiftError } from '../../contract/errors.ts';
import type { Family, PolicyChanges, PolicyName } from '../../contract/words.ts';
import type { Catalogue } from './catalogue.ts';

export interface Session {
  readonly id: number;
  readonly name: string;
  readonly family: Family;
  /** Absolute folder that the items' `file` is relative to. */
  readonly root: string;
  readonly policy: PolicyName;
  readonly policyChanges: PolicyChanges;
  readonly createdAt: string;
  readonly scannedAt: string | null;
}

export type ItemStatus = 'ok' | 'failed' | 'skipped';

/** What tells that a file is the one seen before without reading it. */
export interface FileFacts {
  readonly byteLength: number;
  /** Decimal, since it does not fit a double. */
  readonly modifiedNanoseconds: string;
  readonly inode: string;
}

export interface Item {
  readonly id: number;
  readonly sessionId: number;
  /** Relative to the session's root, with forward slashes. */
  readonly file: string;
  readonly status: ItemStatus;
  /** SHA-256 of the file; null when it could not be read. */
  readonly contentHash: string | null;
  readonly byteLength: number | null;
  readonly modifiedNanoseconds: string | null;
  readonly inode: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  /** Why it was skipped. */
  readonly reason: string | null;
  /** 1 while the last scan saw the file. */
  readonly present: 0 | 1;
}

export type ItemState = Omit<Item, 'id' | 'sessionId' | 'file' | 'present'>;

const sessionColumns = `id, name, family, root, policy, policy_changes AS policyChanges,
  created_at AS createdAt, scanned_at AS scannedAt`;
const itemColumns = `id, session_id AS sessionId, file, status, content_hash AS contentHash,
  byte_length AS byteLength, modified_nanoseconds AS modifiedNanoseconds, inode, error_code AS errorCode,
  error_message AS errorMessage, reason, present`;

/** A policy as a session keeps it. */
export type SessionPolicy = Pick<Session, 'policy' | 'policyChanges'>;
type SessionRow = Omit<Session, 'policyChanges'> & { readonly policyChanges: string };

const sessionOf = (row: SessionRow): Session => ({ ...row, policyChanges: JSON.parse(row.policyChanges) });

export interface SessionsRepository {
  create(session: Pick<Session, 'name' | 'family' | 'root' | 'policy'> & Partial<SessionPolicy>): Session;
  list(): Session[];
  byId(id: number): Session | undefined;
  byName(name: string): Session | undefined;
  /** The newest session of that family and folder. */
  byRoot(family: Family, root: string): Session | undefined;
  /** By name. Errors: notFound, with the names there are. */
  need(name: string): Session;
  /** A name not yet taken: `base`, else `base-2`, `base-3`, … */
  freeName(base: string): string;
  markScanned(id: number, how: SessionPolicy): void;
  items(sessionId: number, options?: { readonly presentOnly?: boolean }): Item[];
  item(id: number): Item | undefined;
  itemByFile(sessionId: number, file: string): Item | undefined;
  itemsByContent(contentHash: string): Item[];
  /** Adds an item or replaces its state, and marks it present. */
  saveItem(sessionId: number, file: string, state: ItemState): Item;
  /** An item whose file the scan found as it was. */
  markPresent(itemId: number): void;
  /** Items whose file the scan did not find any more. */
  markAbsent(itemIds: readonly number[]): void;
}

export function sessionsRepository(catalogue: Catalogue, now: () => string): SessionsRepository {
  const one = (where: string, values: Readonly<Record<string, string | number>>) => {
    const row = catalogue.get<SessionRow>(`SELECT ${sessionColumns} FROM sessions WHERE ${where}`, values);
    return row && sessionOf(row);
  };
  const byName = (name: string) => one('name = @name', { name });
  const list = () =>
    catalogue.all<SessionRow>(`SELECT ${sessionColumns} FROM sessions ORDER BY id`).map(sessionOf);
  return {
    create(session) {
      if (byName(session.name) !== undefined) {
        throw new NightsiftError('conflict', `There is already a session named "${session.name}".`);
      }
      catalogue.run(
        `INSERT INTO sessions (name, family, root, policy, policy_changes, created_at)
         VALUES (@name, @family, @root, @policy, @policyChanges, @createdAt)`,
        { ...session, policyChanges: JSON.stringify(session.policyChanges ?? {}), createdAt: now() },
      );
      return byName(session.name)!;
    },
    list,
    byId: (id) => one('id = @id', { id }),
    byName,
    byRoot: (family, root) =>
      one('family = @family AND root = @root ORDER BY id DESC LIMIT 1', { family, root }),
    need(name) {
      const session = byName(name);
      if (session !== undefined) return session;
      const known = list().map((each) => each.name);
      throw new NightsiftError('notFound', `There is no session named "${name}".`, {
        hint: known.length === 0 ? 'Scan a folder first.' : `Sessions: ${known.slice(-20).join(', ')}.`,
        details: { name },
      });
    },
    freeName(base) {
      let name = base;
      for (let count = 2; byName(name) !== undefined; count += 1) name = `${base}-${count}`;
      return name;
    },
    markScanned: (id, { policy, policyChanges }) =>
      void catalogue.run(
        `UPDATE sessions SET scanned_at = @at, policy = @policy, policy_changes = @policyChanges WHERE id = @id`,
        { id, policy, policyChanges: JSON.stringify(policyChanges), at: now() },
      ),
    ...itemStatements(catalogue),
  };
}

type ItemStatements = Pick<
  SessionsRepository,
  'items' | 'item' | 'itemByFile' | 'itemsByContent' | 'saveItem' | 'markPresent' | 'markAbsent'
>;

function itemStatements(catalogue: Catalogue): ItemStatements {
  const itemByFile = (sessionId: number, file: string) =>
    catalogue.get<Item>(`SELECT ${itemColumns} FROM items WHERE session_id = @sessionId AND file = @file`, {
      sessionId,
      file,
    });
  return {
    items: (sessionId, options = {}) =>
      catalogue.all<Item>(
        `SELECT ${itemColumns} FROM items WHERE session_id = @sessionId AND present >= @least ORDER BY file`,
        { sessionId, least: options.presentOnly === true ? 1 : 0 },
      ),
    item: (id) => catalogue.get<Item>(`SELECT ${itemColumns} FROM items WHERE id = @id`, { id }),
    itemByFile,
    itemsByContent: (contentHash) =>
      catalogue.all<Item>(`SELECT ${itemColumns} FROM items WHERE content_hash = @contentHash ORDER BY id`, {
        contentHash,
      }),
    saveItem(sessionId, file, state) {
      catalogue.run(
        `INSERT INTO items (session_id, file, status, content_hash, byte_length, modified_nanoseconds, inode,
           error_code, error_message, reason, present)
         VALUES (@sessionId, @file, @status, @contentHash, @byteLength, @modifiedNanoseconds, @inode,
           @errorCode, @errorMessage, @reason, 1)
         ON CONFLICT (session_id, file) DO UPDATE SET status = excluded.status,
           content_hash = excluded.content_hash, byte_length = excluded.byte_length,
           modified_nanoseconds = excluded.modified_nanoseconds, inode = excluded.inode,
           error_code = excluded.error_code, error_message = excluded.error_message,
           reason = excluded.reason, present = 1`,
        { sessionId, file, ...state },
      );
      return itemByFile(sessionId, file)!;
    },
    markPresent: (id) => void catalogue.run('UPDATE items SET present = 1 WHERE id = @id', { id }),
    markAbsent: (itemIds) =>
      catalogue.transaction(() => {
        for (const id of itemIds) catalogue.run('UPDATE items SET present = 0 WHERE id = @id', { id });
      }),
  };
}
