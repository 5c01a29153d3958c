import { isActive, pointKey, type Settings, type SettingValue, type Space, valueAt } from '../space.ts';
import type { Sampler } from './sampler.ts';

/** Draws before it is taken that a space has no point left, and further ones for each point that is taken already. */
const patience = 200;
const patienceEach = 20;

/** Each setting drawn by itself; no point twice. */
export const random: Sampler = {
  name: 'random',
  description: 'settings drawn at random, each by itself',
  propose({ space, seed, number, before }) {
    const taken = new Set(before.map(({ settings }) => pointKey(settings)));
    for (let attempt = 0; attempt < patience + patienceEach * before.length; attempt += 1) {
      const drawn = draw(space, `${seed} ${number} ${attempt}`);
      if (!taken.has(pointKey(drawn))) return drawn;
    }
    return null;
  },
};

function draw(space: Space, key: string): Settings {
  const next = sharesFor(key);
  const point: Record<string, SettingValue> = {};
  for (const dimension of space) {
    // drawn for inactive ones too, so that one condition does not shift all later draws
    const share = next();
    if (isActive(dimension, point)) point[dimension.name] = valueAt(dimension, share);
  }
  return point;
}

/** Numbers below 1 from a text: FNV-1a for the start, then the mixing steps of MurmurHash3 over a counter. */
function sharesFor(key: string): () => number {
  let state = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) {
    state = Math.imul(state ^ key.charCodeAt(index), 0x01000193);
  }
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    mixed ^= mixed >>> 16;
    return (mixed >>> 0) / 2 ** 32;
  };
}
