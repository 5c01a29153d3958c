/** What a person may set, where folders lie, and the first night. */
import { z } from 'zod';
import { ask, work } from '../kinds.ts';
import { PolicyName, Thresholds } from '../words.ts';
import { SessionRow } from './sessions.ts';

export const themes = ['dark', 'red'] as const;

export const Settings = z.object({
  theme: z.enum(themes),
  /** Threads for scanning; null: the cores of the machine. */
  workers: z.number().int().min(1).max(256).nullable(),
  /** For new scans. */
  policy: PolicyName,
  /** Signs decisions. */
  reviewer: z.string().max(200),
  /** Show the model's word while reviewing. */
  showSuggestion: z.boolean(),
  autoAdvance: z.boolean(),
  /** Keys changed by the person: action to key, as in `Ctrl+Shift+Z`. */
  keys: z.record(z.string(), z.string().max(40)),
});
export type Settings = z.infer<typeof Settings>;

export const FolderListing = z.object({
  /** Absolute. */
  path: z.string(),
  /** Null at the top of what may be looked at. */
  parent: z.string().nullable(),
  roots: z.array(z.string()),
  folders: z.array(z.object({ name: z.string(), path: z.string() })),
  /** Images directly in it. */
  images: z.number(),
});
export type FolderListing = z.infer<typeof FolderListing>;

export const settingsCalls = {
  'settings.show': ask({
    in: z.object({}),
    out: z.object({
      settings: Settings,
      library: z.string(),
      cores: z.number(),
      thresholds: z.object({ strict: Thresholds, stacking: Thresholds }),
    }),
  }),
  'settings.save': ask({ in: Settings.partial(), out: Settings }),
  /** Thresholds by hand, until they are calibrated again. The sessions' labels follow at their next scan. */
  'settings.thresholds': ask({
    in: Thresholds.extend({ policy: PolicyName }).refine(
      ({ clean, contaminated }) => contaminated < clean,
      'the lower threshold must lie below the upper one',
    ),
    out: Thresholds,
  }),
  /** Folders of the host's machine, below those it allows. Without a path: the first of them. */
  'folders.list': ask({ in: z.object({ path: z.string().min(1).optional() }), out: FolderListing }),
  /** Simulates one night and judges it, so that every screen can be tried. */
  'demo.night': work({
    in: z.object({
      frames: z.number().int().min(16).max(400).default(40),
      seed: z.number().int().nonnegative().default(1),
    }),
    result: z.object({ session: SessionRow, folder: z.string() }),
  }),
};
