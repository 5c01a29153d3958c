/** A simulated night: planned from a seed, rendered frame by frame, with the truth of every frame. */
export { encodeFrame } from './encode-frame.ts';
export type {
  FrameTruth,
  NightKind,
  NightRecipe,
  RenderedFrame,
  SimulatedNight,
  TrailTruth,
} from './night.ts';
export { nightKinds } from './night.ts';
export { planNight } from './plan-night.ts';
export { renderFrame } from './render-frame.ts';
