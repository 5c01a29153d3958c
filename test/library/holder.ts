/** A process of its own that holds a library until it is told to end or killed. */
import { openLibrary } from '../../main/library/open-library.ts';

const library = openLibrary(process.argv[2]);
library.sessions.create({ name: 'held', family: 'frames', root: '/held', policy: 'strict' });
process.on('message', () => {
  setTimeout(() => {
    library.close();
    process.exit(0);
  }, 200);
});
process.send?.('open');
