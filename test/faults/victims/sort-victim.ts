/** Sorts a scanned night by moving, or takes the last operation back. */
import { openLibrary } from '../../../main/library/open-library.ts';
import { sortSession, undoOperation } from '../../../main/workflows/sort.ts';
import { fakeFamily } from '../../workflows/fake-frames/night.ts';
import { say } from '../kill-harness.ts';

const [directory, into, action] = process.argv.slice(2);
const library = openLibrary(directory, { lockWaitMilliseconds: 10_000 });
say('ready');
if (action === 'undo') await undoOperation(library, undefined);
else {
  await sortSession(
    { library, family: fakeFamily },
    { session: 'night', into, action: action as 'move' },
    { onProgress: ({ note }) => say(`ack ${note}`) },
  );
}
library.close();
