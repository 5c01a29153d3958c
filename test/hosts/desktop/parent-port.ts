/** In the stand-in's engine process: Electron's parent port over the channel of a forked process. */
import process from 'node:process';

Object.assign(process, {
  parentPort: {
    on: (_event: 'message', listener: (event: { data: unknown }) => void) =>
      process.on('message', (data) => listener({ data })),
    postMessage: (message: object) => process.send?.(message),
  },
});
