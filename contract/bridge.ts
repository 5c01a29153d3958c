/** What the desktop's preload puts into a page: functions over the table of calls, and no other way through. */
import type { NightsiftApi } from './api.ts';
import type { CallReply } from './wire.ts';

/** The kind of every call by its name, without the schemas: the preload stays free of zod. */
export const callKinds = {
  'jobs.list': 'ask',
  'jobs.show': 'ask',
  'jobs.cancel': 'ask',
  'jobs.pause': 'ask',
  'jobs.result': 'ask',
  'jobs.watch': 'stream',
  'scan.start': 'ask',
  'annotate.start': 'ask',
  'policy.show': 'ask',
  'sessions.list': 'ask',
  'sessions.show': 'ask',
  'sessions.summary': 'ask',
  'frames.rows': 'ask',
  'frames.clock': 'ask',
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
  'families.list': 'ask',
  'items.list': 'ask',
  'items.decide': 'ask',
  'leaks.start': 'ask',
  'synthesise.start': 'ask',
  'detect.start': 'ask',
  'simulate.start': 'ask',
  'items.show': 'ask',
  'sources.list': 'ask',
  'sources.fetch.start': 'ask',
  'sources.forget': 'ask',
  'sources.verify.start': 'ask',
  'labels.set': 'ask',
  'labels.import': 'ask',
  'calibrate.start': 'ask',
  'sort.start': 'ask',
  'undo.start': 'ask',
  'datasets.create': 'ask',
  'datasets.list': 'ask',
  'datasets.show': 'ask',
  'datasets.diff': 'ask',
  'datasets.map': 'ask',
  'datasets.verify': 'ask',
  'datasets.export': 'ask',
  'train.start': 'ask',
  'tune.start': 'ask',
  'studies.list': 'ask',
  'studies.show': 'ask',
  'studies.choices': 'ask',
  'train-from-fits.start': 'ask',
  'review.learn.start': 'ask',
  'review.taste.start': 'ask',
  'evaluate.start': 'ask',
  'predict.start': 'ask',
  'runs.list': 'ask',
  'runs.show': 'ask',
  'runs.compare': 'ask',
  'runs.curves': 'ask',
  'runs.export': 'ask',
  'runs.report': 'ask',
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

/** `call` is a number of the page's choice, used once; every answer comes back to the listener under it. */
export interface Bridge {
  ask(call: number, method: string, input: unknown): void;
  bytes(call: number, method: string, input: unknown): void;
  watch(call: number, method: string, input: unknown): void;
  /** Room for more events of a watch. */
  more(call: number, count: number): void;
  stop(call: number): void;
  listen(onReply: (reply: CallReply) => void): void;
  /** Where a file or folder lies that the person dropped on the page; empty for one that is not on the disk. */
  pathOf(dropped: object): string;
}

/** Channels of Electron's IPC, one for each direction. */
export const bridgeChannels = { request: 'nightsift:request', reply: 'nightsift:reply' } as const;
