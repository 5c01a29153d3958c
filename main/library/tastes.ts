/** Tastes learned from reviews: never changed, only put in force and out of it. */
import type { Family } from '../../contract/words.ts';
import type { Catalogue } from './catalogue.ts';

export interface NewTaste {
  readonly family: Family;
  /** As headers name them; '' for frames whose header names none. */
  readonly cameras: readonly string[];
  /** Of the figures that the posterior speaks of. */
  readonly codeVersion: string;
  /** Who gave the reviews, as far as they said their name. */
  readonly persons: readonly string[];
  readonly reviews: number;
  /** SHA-256 over contents and labels it was learned from. */
  readonly learnedFrom: string;
  /** What was learned, with figures by name; the workflow that wrote it knows its shape. */
  readonly posterior: unknown;
}

export interface StoredTaste extends NewTaste {
  /** Its number. */
  readonly id: number;
  readonly createdAt: string;
}

export interface TastesRepository {
  /** Keeps a taste; one of the same reviews, cameras, code and posterior is taken again. */
  save(taste: NewTaste): StoredTaste;
  list(): StoredTaste[];
  /** Whether any was ever kept: quick. */
  exist(): boolean;
  /** Of that camera now; undefined where none is. */
  inForce(family: Family, camera: string): StoredTaste | undefined;
  /** From now on; null for none. */
  setInForce(family: Family, camera: string, id: number | null): void;
}

interface TasteRow extends Omit<StoredTaste, 'cameras' | 'persons' | 'posterior'> {
  readonly cameras: string;
  readonly persons: string;
  readonly posterior: string;
}

const columns = `id, family, cameras, code_version AS codeVersion, persons, reviews, learned_from AS learnedFrom,
  posterior, created_at AS createdAt`;

const tasteOf = (row: TasteRow): StoredTaste => ({
  ...row,
  cameras: JSON.parse(row.cameras),
  persons: JSON.parse(row.persons),
  posterior: JSON.parse(row.posterior),
});

export function tastesRepository(catalogue: Catalogue, now: () => string): TastesRepository {
  const byId = (id: number): StoredTaste =>
    tasteOf(catalogue.get<TasteRow>(`SELECT ${columns} FROM tastes WHERE id = @id`, { id })!);
  return {
    save({ family, cameras, codeVersion, persons, reviews, learnedFrom, posterior }) {
      const row = {
        family,
        cameras: JSON.stringify(cameras),
        codeVersion,
        persons: JSON.stringify(persons),
        reviews,
        learnedFrom,
        posterior: JSON.stringify(posterior),
      };
      const same = catalogue.get<{ id: number }>(
        `SELECT id FROM tastes WHERE family = @family AND cameras = @cameras AND code_version = @codeVersion
           AND persons = @persons AND reviews = @reviews AND learned_from = @learnedFrom AND posterior = @posterior`,
        row,
      );
      if (same !== undefined) return byId(same.id);
      const { rowId } = catalogue.run(
        `INSERT INTO tastes (family, cameras, code_version, persons, reviews, learned_from, posterior, created_at)
         VALUES (@family, @cameras, @codeVersion, @persons, @reviews, @learnedFrom, @posterior, @at)`,
        { ...row, at: now() },
      );
      return byId(rowId);
    },
    list: () => catalogue.all<TasteRow>(`SELECT ${columns} FROM tastes ORDER BY id`).map(tasteOf),
    exist: () => catalogue.get('SELECT 1 FROM tastes LIMIT 1') !== undefined,
    inForce(family, camera) {
      const newest = catalogue.get<{ tasteId: number | null }>(
        `SELECT taste_id AS tasteId FROM taste_events WHERE family = @family AND camera = @camera
         ORDER BY id DESC LIMIT 1`,
        { family, camera },
      );
      return newest?.tasteId == null ? undefined : byId(newest.tasteId);
    },
    setInForce(family, camera, id) {
      catalogue.run(
        `INSERT INTO taste_events (family, camera, taste_id, happened_at) VALUES (@family, @camera, @id, @at)`,
        { family, camera, id, at: now() },
      );
    },
  };
}
