/** Nights of fake frames that a small network can learn, and all that training needs. */
import type { Library } from '../../../main/library/open-library.ts';
import { labelFrames } from '../../../main/workflows/label.ts';
import { scan } from '../../../main/workflows/scan.ts';
import type { TrainPorts } from '../../../main/workflows/train.ts';
import { type LearningPool, openLearningPool } from '../../../main/workflows/training/learning-pool.ts';
import { fakeFamily, newPlace, type Place, writeFrames } from '../fake-frames/night.ts';

export interface School {
  readonly place: Place;
  readonly ports: TrainPorts;
  readonly library: Library;
  /** As if the process had ended and begun again. */
  reopen(): void;
  close(): Promise<void>;
}

export function newSchool(): School {
  const place = newPlace();
  const learning: LearningPool = openLearningPool();
  const portsOf = (): TrainPorts => ({
    library: place.ports.library,
    family: fakeFamily,
    learning,
    environment: { nightsift: 'test', threads: '1' },
  });
  let ports = portsOf();
  return {
    place,
    get ports() {
      return ports;
    },
    get library() {
      return ports.library;
    },
    reopen() {
      place.reopen();
      ports = portsOf();
    },
    async close() {
      await learning.close();
      place.close();
    },
  };
}

/** Frames one minute apart, every other one contaminated; the judge's score tells them apart. Returns the folder. */
export async function scannedNight(
  { place, ports }: School,
  name: string,
  options: { readonly frames?: number; readonly day?: number; readonly byPerson?: number } = {},
): Promise<string> {
  const { frames = 40, day = 1, byPerson = 0 } = options;
  const folder = `${place.folder}/${name}`;
  const begin = Date.UTC(2025, 0, day, 20);
  const files = Array.from({ length: frames }, (_, index) => `f${String(index).padStart(3, '0')}.fits`);
  writeFrames(
    folder,
    Object.fromEntries(
      files.map((file, index) => [
        file,
        {
          score: index % 2 === 0 ? 0.8 + (index % 7) / 50 : 0.05 + (index % 5) / 50,
          serial: index,
          object: `M ${day}`,
          filter: index % 4 < 2 ? 'L' : 'Ha',
          dateObs: new Date(begin + index * 60_000).toISOString().slice(0, 19),
        },
      ]),
    ),
  );
  await scan(ports, { paths: [folder] });
  const said = files.slice(0, byPerson).map((file, index) => ({
    file,
    label: index % 2 === 0 ? ('clean' as const) : ('contaminated' as const),
  }));
  if (said.length > 0) labelFrames(ports.library, name, said, 'ada');
  return folder;
}

export const quick = { epochs: 6, batchSize: 8, imageWidth: 4, featureWidth: 8, patience: 0 } as const;
