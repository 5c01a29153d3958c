/** Labels frame after frame, forth and back; acknowledges each label once the call has returned. */
import { openLibrary } from '../../../main/library/open-library.ts';
import { labelFrames } from '../../../main/workflows/label.ts';
import { say } from '../kill-harness.ts';

const [directory, begin] = process.argv.slice(2);
const library = openLibrary(directory, { lockWaitMilliseconds: 10_000 });
say('ready');
const files = library.sessions
  .items(library.sessions.need('night').id)
  .filter((item) => item.status === 'ok')
  .map((item) => item.file);
for (let count = Number(begin); ; count += 1) {
  const file = files[count % files.length];
  const label = count % 3 === 0 ? 'clean' : count % 3 === 1 ? 'contaminated' : 'review';
  labelFrames(library, 'night', [{ file, label }], String(count));
  say(`ack ${count} ${file} ${label}`);
  await new Promise((resolve) => setImmediate(resolve));
}
