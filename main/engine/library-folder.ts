/** Where the library lies when nobody says otherwise: the platform's own place for application data. */
import path from 'node:path';

export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A folder named by the caller, then NIGHTSIFT_LIBRARY, then the platform's data folder. */
export function libraryFolder(named: string | undefined, surroundings: Surroundings): string {
  const chosen = filled(named) ?? filled(surroundings.environment.NIGHTSIFT_LIBRARY);
  return chosen === undefined ? path.join(dataFolder(surroundings), 'nightsift') : path.resolve(chosen);
}

function dataFolder({ platform, home, environment }: Surroundings): string {
  switch (platform) {
    case 'win32':
      return filled(environment.LOCALAPPDATA) ?? path.join(home, 'AppData', 'Local');
    case 'darwin':
      return path.join(home, 'Library', 'Application Support');
    default:
      return filled(environment.XDG_DATA_HOME) ?? path.join(home, '.local', 'share');
  }
}

function filled(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}
