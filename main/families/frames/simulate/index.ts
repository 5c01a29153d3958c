/** A simulated night: planned from a seed, rendered frame by frame, with the truth of every frame. */
export { dialects } from './capture-names.ts';
export { encodeFrame } from './encode-frame.ts';
export type {
  Encoding,
  FrameTruth,
  HeaderCard,
  NightKind,
  NightRecipe,
  RenderedFrame,
  SimulatedNight,
  StarTruth,
  TrailTruth,
} from './night.ts';
export { defectKinds, nightKinds } from './night.ts';
export { planNight } from './plan-night.ts';
export { renderFrame } from './render-frame.ts';
