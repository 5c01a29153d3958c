/** How frames are shown: stretch and overlays, the same for every picture until the person changes it. */
import type { LevelStatistics } from '../../contract/autostretch.ts';
import { type ToneMode, type Tones, toneModes, tonesFor } from './tone.ts';

export class Look {
  mode = $state<ToneMode>('auto');
  /** One curve for all colours. */
  linked = $state(false);
  boosted = $state(false);
  /** Statistics of the frame whose stretch is kept for all others. */
  locked = $state.raw<readonly LevelStatistics[] | null>(null);
  stars = $state(false);
  findings = $state(true);
  cells = $state(false);

  tones(own: readonly LevelStatistics[]): Tones {
    const { mode, linked, boosted } = this;
    return tonesFor(this.locked ?? own, { mode, linked, boosted });
  }

  nextMode(): void {
    this.mode = toneModes[(toneModes.indexOf(this.mode) + 1) % toneModes.length];
  }
}
