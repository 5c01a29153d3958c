/** Decides frame after frame, with some undone; acknowledges each decision once the call has returned. */
import { openLibrary } from '../../../main/library/open-library.ts';
import { decideFrames, undoDecision } from '../../../main/workflows/review.ts';
import { say } from '../kill-harness.ts';

const [directory, begin] = process.argv.slice(2);
const library = openLibrary(directory, { lockWaitMilliseconds: 10_000 });
say('ready');
const items = library.sessions.items(library.sessions.need('night').id).map((item) => item.id);
for (let count = Number(begin); ; count += 1) {
  const item = items[count % items.length];
  const id = `decision-${count}`;
  decideFrames(library, {
    session: 'night',
    id,
    items: [item],
    label: count % 2 === 0 ? 'clean' : 'contaminated',
  });
  say(`ack ${count} decide ${id} ${item}`);
  if (count % 5 === 4) {
    undoDecision(library, 'night', id);
    say(`ack ${count} undo ${id} ${item}`);
  }
  await new Promise((resolve) => setImmediate(resolve));
}
