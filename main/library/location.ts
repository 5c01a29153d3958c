/** Where a library lies when nobody says so. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Chosen directory, else NIGHTSIFT_LIBRARY, else the platform's folder for application data. */
export function libraryLocation(chosen?: string, environment: NodeJS.ProcessEnv = process.env): string {
  const named = chosen ?? environment.NIGHTSIFT_LIBRARY;
  if (named !== undefined && named !== '') return resolve(named);
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Nightsift');
  if (process.platform === 'win32') {
    return join(environment.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'Nightsift');
  }
  return join(environment.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'nightsift');
}
