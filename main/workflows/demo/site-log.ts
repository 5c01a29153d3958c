/** The log of the site beside a simulated night: gusts where stars are drawn out, clouds where their light is lost. */
import { type NightRecipe, planNight } from '../../families/frames/simulate/index.ts';
import { type SiteTrouble, simulateSite } from '../../families/telemetry/simulate-site.ts';
import { writeWholeFile } from '../../library/whole-files.ts';

/** What was wrong at the site, by what is wrong with the frame. */
const troubleOf: Readonly<Record<string, SiteTrouble>> = {
  elongation: 'gust',
  double: 'gust',
  cloud: 'clouds',
  veil: 'clouds',
  dew: 'damp',
  moonlight: 'light',
  dawn: 'light',
};
const minute = 60_000;

/** Writes it and says where it lies: beside the folder of the frames, so that scanning that does not meet it. Errors: diskFull. */
export function writeSiteLog(folder: string, recipe: NightRecipe): string {
  const path = `${folder}-site.csv`;
  const { frames, targets } = planNight(recipe);
  const exposures = frames.map(({ dateObs, targetIndex, defects }) => {
    const from = Date.parse(`${dateObs}Z`);
    return { from, until: from + 1000 * (targets[targetIndex]?.exposureSeconds ?? 0), defects };
  });
  const troubles = exposures.flatMap(({ from, until, defects }) =>
    defects.flatMap(({ kind }) => {
      const trouble = troubleOf[kind];
      return trouble === undefined ? [] : [{ kind: trouble, from, until }];
    }),
  );
  writeWholeFile(
    path,
    simulateSite({
      from: Math.min(...exposures.map(({ from }) => from)) - 10 * minute,
      until: Math.max(...exposures.map(({ until }) => until)) + 10 * minute,
      seed: recipe.seed,
      troubles,
    }),
  );
  return path;
}
