import { columnsFamily } from './columns/columns.ts';
import type { Family } from './family.ts';
import { spectraFamily } from './spectra/spectra.ts';
import { telemetryFamily } from './telemetry/telemetry.ts';

/** Every family of records beside frames. A new one: a folder of its own and one line here. */
export const families: readonly Family[] = [columnsFamily, telemetryFamily, spectraFamily];
