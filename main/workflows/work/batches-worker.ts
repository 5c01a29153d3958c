/** The thread that augments batches beside a training: see learning/training/batch-feeder. */
import { serveTasks, Transferring } from '../../jobs/worker-side.ts';
import { type FeedSource, trainingFeeds } from '../../learning/training/batches.ts';

let source: FeedSource | null = null;

serveTasks({
  open(input) {
    source = input as FeedSource;
  },
  make(input) {
    const { items, epoch } = input as { readonly items: Int32Array; readonly epoch: number };
    if (source === null) throw new Error('No source of batches has been opened.');
    const feeds = trainingFeeds(source, items, epoch);
    return new Transferring(
      feeds,
      Object.values(feeds).map(({ data }) => data.buffer as ArrayBuffer),
    );
  },
});
