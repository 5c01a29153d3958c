/** The field's stars as the whole night knows them, and which star of each frame is which. */
import type { FrameRecord } from '../record.ts';
import { applyTransform, invertTransform, pairUp, starField } from './match-stars.ts';
import type { RegisteredField } from './register-frames.ts';

export interface StarCatalogue {
  readonly count: number;
  /** Positions in the reference frame's pixels. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Frames in which the star was found. */
  readonly seen: Int32Array;
  /** For each frame of the field: the catalogue star of each usable star, -1 for none. */
  readonly starOf: readonly Int32Array[];
}

/** A star must be found in this share of the frames that hold its place to count as one. */
const seenShare = 0.12;
const mostStars = 4000;

export function buildCatalogue(records: readonly FrameRecord[], field: RegisteredField): StarCatalogue {
  const x: number[] = [];
  const y: number[] = [];
  // a frame in the middle of the richness begins, so that a storm of false stars does not
  const order = field.transforms
    .map((transform, k) => ({ transform, k }))
    .filter((entry) => entry.transform !== null)
    .sort((p, q) => field.usable[p.k].length - field.usable[q.k].length);
  const middle = order.length >> 1;
  const queue = [...order.slice(middle), ...order.slice(0, middle)];
  const starOf = field.usable.map((usable) => new Int32Array(usable.length).fill(-1));
  let known = starField(x, y, 0);
  for (const { transform, k } of queue) {
    if (transform === null) continue;
    const frame = positions(records[k], field.usable[k]);
    const pairs = pairUp(frame, known, transform, field.tolerance, frame.count);
    pairs.frameStar.forEach((star, p) => {
      starOf[k][star] = pairs.referenceStar[p];
    });
    if (x.length < mostStars) {
      for (let i = 0; i < frame.count && x.length < mostStars; i++) {
        if (starOf[k][i] >= 0) continue;
        const [X, Y] = applyTransform(transform, frame.x[i] as number, frame.y[i] as number);
        starOf[k][i] = x.push(X) - 1;
        y.push(Y);
      }
      known = starField(x, y, x.length);
    }
  }
  return keepRealStars(field, x, y, starOf);
}

function positions(record: FrameRecord, usable: Int32Array) {
  return starField(
    Float32Array.from(usable, (i) => record.stars.x[i]),
    Float32Array.from(usable, (i) => record.stars.y[i]),
    usable.length,
  );
}

function keepRealStars(
  field: RegisteredField,
  x: readonly number[],
  y: readonly number[],
  starOf: readonly Int32Array[],
): StarCatalogue {
  const seen = new Int32Array(x.length);
  for (const stars of starOf) for (const star of stars) if (star >= 0) seen[star]++;
  const frames = field.transforms.filter((t) => t !== null).length;
  const needed = Math.min(frames, Math.max(2, Math.ceil(seenShare * frames)));
  const place = new Int32Array(x.length).fill(-1);
  const kept: number[] = [];
  for (let star = 0; star < x.length; star++) {
    if (seen[star] >= needed) place[star] = kept.push(star) - 1;
  }
  return {
    count: kept.length,
    x: Float64Array.from(kept, (star) => x[star]),
    y: Float64Array.from(kept, (star) => y[star]),
    seen: Int32Array.from(kept, (star) => seen[star]),
    starOf: starOf.map((stars) => stars.map((star) => (star < 0 ? -1 : place[star]))),
  };
}

/** Where the catalogue's stars should lie on a frame's detector. */
export function expectedPlaces(
  catalogue: StarCatalogue,
  transform: NonNullable<RegisteredField['transforms'][number]>,
): { x: Float64Array; y: Float64Array } {
  const back = invertTransform(transform);
  const x = new Float64Array(catalogue.count);
  const y = new Float64Array(catalogue.count);
  for (let star = 0; star < catalogue.count; star++) {
    const [px, py] = applyTransform(back, catalogue.x[star], catalogue.y[star]);
    x[star] = px;
    y[star] = py;
  }
  return { x, y };
}
