/** What a person set, by name; each value is checked by whoever reads it. */
import type { Catalogue } from './catalogue.ts';

export interface SettingsRepository {
  /** Undefined where nothing was set. */
  read(name: string): unknown;
  write(name: string, value: unknown): void;
}

export function settingsRepository(catalogue: Catalogue, now: () => string): SettingsRepository {
  return {
    read(name) {
      const row = catalogue.get<{ value: string }>('SELECT value FROM settings WHERE name = @name', { name });
      return row === undefined ? undefined : JSON.parse(row.value);
    },
    write: (name, value) =>
      void catalogue.run(
        `INSERT INTO settings (name, value, set_at) VALUES (@name, @value, @at)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value, set_at = excluded.set_at`,
        { name, value: JSON.stringify(value), at: now() },
      ),
  };
}
