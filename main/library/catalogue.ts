/** The SQLite connection, with prepared statements kept by their text. Only this folder speaks SQL. */
import Database from 'better-sqlite3';
import { storageError, systemCode } from './storage-errors.ts';

/** What a column can hold; booleans are 0 and 1, structures are JSON text. */
export type SqlValue = string | number | bigint | null | Uint8Array;
/** Values by their names in the statement (`@name`). */
export type SqlValues = Readonly<Record<string, SqlValue>>;

export interface Catalogue {
  readonly path: string;
  all<Row>(sql: string, values?: SqlValues): Row[];
  get<Row>(sql: string, values?: SqlValues): Row | undefined;
  run(sql: string, values?: SqlValues): { readonly changes: number; readonly rowId: number };
  /** Runs several statements without values. */
  execute(sql: string): void;
  pragma(text: string): unknown;
  /** All of `work` or nothing. Nests: an inner one is a savepoint. */
  transaction<T>(work: () => T): T;
  close(): void;
}

const busyTimeoutMilliseconds = 5000;
/** The write-ahead log is cut back to this after each checkpoint. */
const journalSizeLimitBytes = 64 * 1024 * 1024;

/**
 * Opens (or makes) the database at `path`. Commits are durable: WAL with synchronous FULL, so that an
 * acknowledged label survives a power cut. Errors: libraryDamaged, cannotOpen, diskFull.
 */
export function openCatalogue(path: string): Catalogue {
  return wrap(connect(path, durable), path);
}

/**
 * Opens the database at `path` beside the process that writes it, to look only: what would write is refused as
 * `libraryBusy` by `refuse`. Errors: libraryDamaged, cannotOpen.
 */
export function openCatalogueToLook(path: string, refuse: () => Error): Catalogue {
  const database = connect(path, ['query_only = ON', 'trusted_schema = OFF'], true);
  return wrap(database, path, (error) => (systemCode(error).startsWith('SQLITE_READONLY') ? refuse() : null));
}

const durable = [
  'journal_mode = WAL',
  'synchronous = FULL',
  'foreign_keys = ON',
  'trusted_schema = OFF',
  'cell_size_check = ON',
  `journal_size_limit = ${journalSizeLimitBytes}`,
];

function connect(path: string, pragmas: readonly string[], toLook = false): Database.Database {
  let database: Database.Database | undefined;
  try {
    database = new Database(path, {
      timeout: busyTimeoutMilliseconds,
      ...(toLook ? { readonly: true, fileMustExist: true } : {}),
    });
    for (const pragma of pragmas) database.pragma(pragma);
    return database;
  } catch (error) {
    database?.close();
    throw storageError(error, path);
  }
}

function wrap(
  database: Database.Database,
  path: string,
  refusal: (error: unknown) => Error | null = () => null,
): Catalogue {
  const statements = new Map<string, Database.Statement<[SqlValues], unknown>>();
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw refusal(error) ?? storageError(error, path);
    }
  };
  const prepared = (sql: string): Database.Statement<[SqlValues], unknown> => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = database.prepare<SqlValues>(sql);
      statements.set(sql, statement);
    }
    return statement;
  };
  return {
    path,
    all: <Row>(sql: string, values: SqlValues = {}) => guarded(() => prepared(sql).all(values) as Row[]),
    get: <Row>(sql: string, values: SqlValues = {}) =>
      guarded(() => prepared(sql).get(values) as Row | undefined),
    run: (sql, values = {}) =>
      guarded(() => {
        const result = prepared(sql).run(values);
        return { changes: result.changes, rowId: Number(result.lastInsertRowid) };
      }),
    execute: (sql) => guarded(() => void database.exec(sql)),
    pragma: (text) => guarded(() => database.pragma(text)),
    transaction: (work) => guarded(() => database.transaction(work).immediate()),
    close: () => database.close(),
  };
}
