/** Scans a folder of fake frames; acknowledges each file that the scan reported as measured. */
import { openLibrary } from '../../../main/library/open-library.ts';
import { scan } from '../../../main/workflows/scan.ts';
import { threadedFamily } from '../../workflows/fake-frames/night.ts';
import { say } from '../kill-harness.ts';

const [directory, night] = process.argv.slice(2);
say('ready');
const library = openLibrary(directory, { lockWaitMilliseconds: 10_000 });
await scan(
  { library, family: threadedFamily },
  { paths: [night], workers: 2 },
  {
    onProgress: ({ phase, note }) => {
      if (phase === 'measuring' && note !== undefined) say(`ack ${note}`);
    },
  },
);
library.close();
