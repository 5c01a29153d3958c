/** Which frames of a night are spoiled, by what and how much. */
import type { Defect, DefectKind, NightKind } from './night.ts';
import { type FrameArea, planAircraft, planMeteor, planSatellite } from './plan-trails.ts';
import type { Random } from './random.ts';

/** Shares of a night's frames by what spoils them; the rest is clean. */
const shares: Readonly<Record<NightKind, Partial<Record<DefectKind, number>>>> = {
  standard: {
    satellite: 0.17,
    aircraft: 0.03,
    cloud: 0.085,
    defocus: 0.042,
    dew: 0.05,
    elongation: 0.055,
    double: 0.034,
    moonlight: 0.025,
    dawn: 0.025,
    overexposed: 0.017,
    hotPixelStorm: 0.017,
    cosmicRayStorm: 0.017,
    blank: 0.009,
    shutter: 0.009,
    truncated: 0.009,
  },
  hard: {
    satellite: 0.12,
    cloud: 0.1,
    defocus: 0.07,
    dew: 0.06,
    elongation: 0.07,
    double: 0.04,
    moonlight: 0.035,
    dawn: 0.03,
  },
  streaks: { satellite: 0.5 },
  clean: {},
  special: {
    veil: 0.1,
    occlusion: 0.1,
    strayLight: 0.08,
    cornerGlow: 0.08,
    meteor: 0.08,
    satellite: 0.03,
  },
};

/** Defects that come in runs of neighbouring frames, with the longest run. */
const runLengths: Partial<Record<DefectKind, number>> = {
  cloud: 4,
  veil: 10,
  dew: 6,
  occlusion: 12,
  moonlight: 4,
  dawn: 4,
  defocus: 3,
  cornerGlow: 10,
};

/** Share of spoiled frames that carry a second defect (a satellite) as well. */
const SECOND_DEFECT_CHANCE = 0.05;

interface Slot {
  readonly kind: DefectKind;
  /** Place within its run, 0..1: slow faults grow along it. */
  readonly progress: number;
}

function cutIntoRuns(random: Random, kind: DefectKind, count: number): number[] {
  const longest = runLengths[kind] ?? 1;
  const runs: number[] = [];
  for (let left = count; left > 0; ) {
    const run = Math.min(left, 1 + random.below(longest));
    runs.push(run);
    left -= run;
  }
  return runs;
}

/** Lays runs of defects into free stretches of the night; dawn goes to its end. */
function placeRuns(random: Random, kind: NightKind, frameCount: number): (Slot | null)[] {
  const slots: (Slot | null)[] = new Array<Slot | null>(frameCount).fill(null);
  const runs: { kind: DefectKind; length: number }[] = [];
  for (const [name, share] of Object.entries(shares[kind]) as [DefectKind, number][]) {
    const exact = share * frameCount;
    const count = Math.floor(exact) + (random.chance(exact - Math.floor(exact)) ? 1 : 0);
    if (name === 'dawn')
      for (let i = 0; i < count; i++)
        slots[frameCount - count + i] = { kind: 'dawn', progress: (i + 1) / count };
    else for (const length of cutIntoRuns(random, name, count)) runs.push({ kind: name, length });
  }
  runs.sort((a, b) => b.length - a.length);
  for (const run of runs) placeRun(random, slots, run.kind, run.length);
  return slots;
}

function placeRun(random: Random, slots: (Slot | null)[], kind: DefectKind, length: number): void {
  for (let attempt = 0; attempt < 400; attempt++) {
    const start = random.below(slots.length - length + 1);
    const free = slots.slice(start, start + length).every((slot) => slot === null);
    if (!free) continue;
    for (let i = 0; i < length; i++) slots[start + i] = { kind, progress: (i + 1) / length };
    return;
  }
}

/** Draws the defects of every frame of a night, an empty list for a clean frame. */
export function planDefects(
  random: Random,
  kind: NightKind,
  frameCount: number,
  area: FrameArea,
): Defect[][] {
  const slots = placeRuns(random, kind, frameCount);
  const hard = kind === 'hard';
  const run = { angle: 0, edge: 0, corner: 0 };
  let previous: DefectKind | null = null;
  return slots.map((slot) => {
    if (slot === null) {
      previous = null;
      return [];
    }
    if (slot.kind !== previous) {
      run.angle = random.between(-Math.PI, Math.PI);
      run.edge = random.below(4);
      run.corner = random.below(4);
    }
    previous = slot.kind;
    const defects = [drawDefect({ random, kind, hard, area, progress: slot.progress, ...run }, slot.kind)];
    const alone = slot.kind === 'satellite' || slot.kind === 'blank' || slot.kind === 'shutter';
    if (!alone && !hard && random.chance(SECOND_DEFECT_CHANCE))
      defects.push({ kind: 'satellite', trails: [planSatellite(random, area, random.logBetween(3, 20))] });
    return defects;
  });
}

interface DefectContext {
  readonly random: Random;
  readonly kind: NightKind;
  readonly hard: boolean;
  readonly area: FrameArea;
  readonly progress: number;
  readonly angle: number;
  readonly edge: number;
  readonly corner: number;
}

function drawDefect(context: DefectContext, kind: DefectKind): Defect {
  if (kind === 'satellite' || kind === 'aircraft' || kind === 'meteor') return drawTrails(context, kind);
  return drawOpticsDefect(context, kind) ?? drawSkyDefect(context, kind) ?? drawDetectorDefect(context, kind);
}

function trailSnr({ random, kind }: DefectContext): number {
  if (kind === 'hard') return random.logBetween(0.15, 2);
  if (kind === 'streaks') return random.logBetween(0.3, 30);
  return random.logBetween(1.5, 30);
}

function drawTrails(context: DefectContext, kind: 'satellite' | 'aircraft' | 'meteor'): Defect {
  const { random, area } = context;
  if (kind === 'aircraft') return { kind, trails: [planAircraft(random, area, random.logBetween(4, 30))] };
  if (kind === 'meteor') return { kind, trails: [planMeteor(random, area, random.logBetween(3, 40))] };
  const count = random.chance(0.8) ? 1 : random.chance(0.7) ? 2 : 3;
  const trails = Array.from({ length: count }, () => planSatellite(random, area, trailSnr(context)));
  return { kind, trails };
}

function drawOpticsDefect(context: DefectContext, kind: DefectKind): Defect | null {
  const { random, hard, progress } = context;
  switch (kind) {
    case 'defocus':
      return {
        kind,
        factor: hard ? random.between(1.12, 1.35) : random.between(1.3, 3),
        obstruction: random.between(0.25, 0.45),
      };
    case 'dew':
      return {
        kind,
        factor: hard ? random.between(1.12, 1.3) : 1.15 + 0.6 * progress * random.between(0.7, 1),
        loss: hard ? random.between(0.04, 0.14) : 0.1 + 0.35 * progress * random.between(0.7, 1),
        haloShare: hard ? random.between(0.03, 0.1) : 0.1 + 0.2 * progress,
      };
    case 'elongation':
      return {
        kind,
        ellipticity: hard ? random.between(0.12, 0.25) : random.between(0.2, 0.65),
        angle: random.between(-Math.PI / 2, Math.PI / 2),
      };
    case 'double':
      return {
        kind,
        separation: hard ? random.between(0.8, 1.4) : random.between(1.3, 3),
        share: hard ? random.between(0.15, 0.35) : random.between(0.25, 0.5),
        angle: random.between(-Math.PI, Math.PI),
      };
    default:
      return null;
  }
}

function drawSkyDefect(context: DefectContext, kind: DefectKind): Defect | null {
  const { random, hard, area, progress, angle } = context;
  switch (kind) {
    case 'cloud':
      return {
        kind,
        loss: hard ? random.between(0.045, 0.2) : random.between(0.12, 0.5),
        patchPixels: random.between(0.2, 0.6) * Math.min(area.width, area.height),
        glow: random.between(-0.02, 0.12),
      };
    case 'veil':
      return { kind, loss: 0.09 + 0.35 * progress * random.between(0.6, 1) };
    case 'moonlight':
      return {
        kind,
        factor: hard ? random.between(1.12, 1.4) : random.between(1.4, 3),
        gradient: random.between(0.02, 0.12),
        angle,
      };
    case 'dawn':
      return {
        kind,
        factor: 1 + (hard ? 0.1 + 0.4 * progress : 0.4 + 4 * progress ** 2),
        gradient: random.between(0.03, 0.15),
        angle,
      };
    case 'strayLight': {
      const radius = random.between(0.12, 0.3) * area.width;
      const x = random.between(0.1, 0.9) * area.width;
      return { kind, x, y: random.between(0.1, 0.9) * area.height, radius, peak: random.between(0.16, 0.7) };
    }
    case 'cornerGlow':
      return {
        kind,
        corner: context.corner,
        radius: random.between(0.15, 0.3) * area.width,
        peak: random.between(0.18, 0.6),
      };
    case 'occlusion':
      return {
        kind,
        edge: context.edge,
        share: 0.05 + 0.35 * progress * random.between(0.8, 1),
        softPixels: random.between(15, 60),
      };
    default:
      return null;
  }
}

function drawDetectorDefect({ random, area }: DefectContext, kind: DefectKind): Defect {
  const megapixels = (area.width * area.height) / 1e6;
  switch (kind) {
    case 'overexposed':
      return { kind, fill: random.between(0.93, 1.6) };
    case 'hotPixelStorm':
    case 'cosmicRayStorm':
      return { kind, count: Math.round(megapixels * random.logBetween(250, 1500)) };
    case 'blank':
      return { kind, level: random.pick([0, 1, 2000, 65535]) };
    case 'truncated':
      return { kind, share: random.between(0.3, 0.9) };
    default:
      return { kind: 'shutter' };
  }
}
