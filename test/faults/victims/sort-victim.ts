/** Sorts a scanned night by moving, or takes the last operation back. */
import { isNightsiftError } from '../../../contract/errors.ts';
import { openLibrary } from '../../../main/library/open-library.ts';
import { sortSession, undoOperation } from '../../../main/workflows/sort.ts';
import { fakeFamily } from '../../workflows/fake-frames/night.ts';
import { say } from '../kill-harness.ts';

const [directory, into, action] = process.argv.slice(2);
const library = openLibrary(directory, { lockWaitMilliseconds: 10_000 });
say('ready');
if (action === 'undo') {
  try {
    await undoOperation(library, undefined);
  } catch (thrown) {
    // an undo that was killed after its last step has nothing left to take back
    if (!isNightsiftError(thrown) || thrown.code !== 'notFound') throw thrown;
  }
} else {
  await sortSession(
    { library, family: fakeFamily },
    { session: 'night', into, action: action as 'move' },
    { onProgress: ({ note }) => say(`ack ${note}`) },
  );
}
library.close();
