/** The desktop's start. Electron loads this, compiled; everything it does is in start-desktop.ts. */
import * as electron from 'electron';
import { readPages } from '../pages.ts';
import { startDesktop } from './start-desktop.ts';

await startDesktop(electron, { pages: readPages() });
