/** Stored trials as the pruner sees them. */
import { isBetterWhenSmall } from '../../../contract/calls/tuning.ts';
import type { StoredTrial } from '../../library/studies.ts';
import type { Settings } from '../../tuning/space.ts';
import type { Trial } from '../../tuning/studies.ts';
import type { StudyDefinition } from './definition.ts';

export function trialsOf({ figure }: StudyDefinition, stored: readonly StoredTrial[]): Trial[] {
  const sign = isBetterWhenSmall(figure) ? -1 : 1;
  return stored.map(({ number, settings, scores }) => ({
    number,
    settings: settings as Settings,
    scores: scores.map(({ share, figures }) => {
      const value = figures[figure];
      return { share, figure: value === undefined ? null : sign * value };
    }),
  }));
}
