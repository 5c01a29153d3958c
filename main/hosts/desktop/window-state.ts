/** Where the window was, for the next start; on a screen that is still there. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const Place = z.object({
  x: z.number().int().optional(),
  y: z.number().int().optional(),
  width: z.number().int().min(640).max(20_000),
  height: z.number().int().min(480).max(20_000),
  maximised: z.boolean(),
});
export type WindowPlace = z.infer<typeof Place>;

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const usual: WindowPlace = { width: 1440, height: 900, maximised: false };
// So much of the title has to be on a screen that a hand can take hold of it.
const graspable = 80;

export function readWindowPlace(file: string, screens: readonly Area[]): WindowPlace {
  let stored: unknown;
  try {
    stored = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return usual;
  }
  const parsed = Place.safeParse(stored);
  return parsed.success ? withinScreens(parsed.data, screens) : usual;
}

/** A lost place is no reason to disturb the person. */
export function writeWindowPlace(file: string, place: WindowPlace): void {
  try {
    writeFileSync(`${file}.part`, JSON.stringify(place));
    renameSync(`${file}.part`, file);
  } catch {
    // The next start opens where Electron thinks best.
  }
}

export function withinScreens(place: WindowPlace, screens: readonly Area[]): WindowPlace {
  const { x, y, ...rest } = place;
  if (x === undefined || y === undefined) return rest;
  const isSeen = screens.some(
    (screen) =>
      x + place.width - graspable >= screen.x &&
      x + graspable <= screen.x + screen.width &&
      y >= screen.y &&
      y + graspable <= screen.y + screen.height,
  );
  return isSeen ? place : rest;
}
