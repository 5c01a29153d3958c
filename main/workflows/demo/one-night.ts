/** The first night of somebody who has none at hand: simulated below the library, then judged like any other. */
import { join } from 'node:path';
import type { SessionRow } from '../../../contract/calls/sessions.ts';
import type { NightRecipe } from '../../families/frames/simulate/index.ts';
import type { WorkOptions } from '../progress.ts';
import { scanRecords } from '../records/scan-records.ts';
import { type ScanPorts, scan } from '../scan.ts';
import { nightOnDisk } from './simulated-night.ts';

/** Small enough to be ready in a minute or two on two cores, large enough to zoom into. */
const frameSize = { width: 1600, height: 1200 } as const;

/** Errors: cancelled, diskFull. */
export async function simulatedFirstNight(
  ports: ScanPorts,
  { frames, seed }: { readonly frames: number; readonly seed: number },
  options: WorkOptions = {},
): Promise<{ session: SessionRow; folder: string }> {
  const recipe: NightRecipe = {
    seed,
    kind: 'standard',
    frameCount: frames,
    ...frameSize,
    encodings: 'mixed',
  };
  const folder = join(ports.library.directory, 'simulated', `night-${seed}-${frames}`);
  const { siteLog } = await nightOnDisk(folder, recipe, 'simulating', options);
  await scanRecords(ports, { paths: [siteLog], family: 'telemetry' }, options);
  const { session } = await scan(ports, { paths: [folder] }, options);
  return { session, folder };
}
