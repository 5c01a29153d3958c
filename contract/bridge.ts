/** What the desktop's preload puts into a page: three functions over the table of calls, and no other way through. */
import type { NightsiftApi } from './api.ts';
import type { Reply } from './kinds.ts';

/** The kind of every call by its name, without the schemas: the preload stays free of zod. */
export const callKinds = {
  'jobs.list': 'ask',
  'jobs.show': 'ask',
  'jobs.cancel': 'ask',
  'jobs.result': 'ask',
  'jobs.watch': 'stream',
  'scan.start': 'ask',
  'annotate.start': 'ask',
  'sessions.list': 'ask',
  'sessions.show': 'ask',
  'sessions.summary': 'ask',
  'frames.rows': 'ask',
  'frames.show': 'ask',
  'frames.overlay': 'ask',
  'frames.header': 'ask',
  'frames.evaluate': 'ask',
  'frames.thumbnail': 'bytes',
  'frames.pixels': 'bytes',
  'review.decide': 'ask',
  'review.undo': 'ask',
  'review.history': 'ask',
  'review.queue': 'ask',
  'review.second': 'ask',
  'review.agreement': 'ask',
  'review.watch': 'stream',
  'results.file': 'bytes',
  'results.operations': 'ask',
  'labels.set': 'ask',
  'labels.import': 'ask',
  'calibrate.start': 'ask',
  'sort.start': 'ask',
  'undo.start': 'ask',
  'datasets.create': 'ask',
  'datasets.list': 'ask',
  'datasets.show': 'ask',
  'datasets.diff': 'ask',
  'datasets.verify': 'ask',
  'datasets.export': 'ask',
  'train.start': 'ask',
  'train-from-fits.start': 'ask',
  'evaluate.start': 'ask',
  'predict.start': 'ask',
  'runs.list': 'ask',
  'runs.show': 'ask',
  'runs.compare': 'ask',
  'runs.export': 'ask',
  'recipes.list': 'ask',
  'models.list': 'ask',
  'models.show': 'ask',
  'models.promote': 'ask',
  'models.archive': 'ask',
  'models.rollback': 'ask',
  'models.compare': 'ask',
  'models.file': 'bytes',
  'models.export': 'ask',
  'house.about': 'ask',
  'doctor.start': 'ask',
  'demo.start': 'ask',
  'settings.show': 'ask',
  'settings.save': 'ask',
  'settings.thresholds': 'ask',
  'folders.list': 'ask',
  'demo.night': 'ask',
} as const satisfies { readonly [K in keyof NightsiftApi]: NightsiftApi[K]['kind'] };

/** Ends a watch early. */
export type StopWatching = () => void;

export interface Bridge {
  ask(method: string, input: unknown): Promise<Reply<unknown>>;
  bytes(method: string, input: unknown): Promise<Reply<Uint8Array>>;
  /** Calls `onReply` for each event, and once with null at the end. */
  watch(method: string, input: unknown, onReply: (reply: Reply<unknown> | null) => void): StopWatching;
}

/** Channels of Electron's IPC, one for each kind of call. */
export const bridgeChannels = {
  ask: 'nightsift:ask',
  bytes: 'nightsift:bytes',
  watch: 'nightsift:watch',
} as const;
