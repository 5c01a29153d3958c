import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StarPlaces } from '../../../../main/families/frames/measure/star-places.ts';

interface Numbered {
  readonly x: number;
  readonly y: number;
  readonly number: number;
}

/** Some beyond the frame's edges, as fits may lead there. */
const coordinate = fc.double({ min: -90, max: 390, noNaN: true });
const scene = fc.record({
  places: fc.array(fc.tuple(coordinate, coordinate), { maxLength: 400 }),
  at: fc.tuple(coordinate, coordinate),
  distance: fc.double({ min: 0, max: 120, noNaN: true }),
  bin: fc.double({ min: 1, max: 80, noNaN: true }),
});

function placed({ places, bin }: { places: [number, number][]; bin: number }) {
  const list = places.map(([x, y], number): Numbered => ({ x, y, number }));
  const taken = new StarPlaces<Numbered>(300, bin);
  for (const place of list) taken.add(place);
  return { list, taken };
}

const numbers = (list: readonly Numbered[]) => list.map((place) => place.number).sort((a, b) => a - b);

describe('StarPlaces', () => {
  it('finds the places that a look at all of them finds', () => {
    fc.assert(
      fc.property(scene, (made) => {
        const { list, taken } = placed(made);
        const { at, distance } = made;
        const [x, y] = at;
        const near = list.filter((place) => (place.x - x) ** 2 + (place.y - y) ** 2 < distance ** 2);
        expect(numbers(taken.within(x, y, distance))).toEqual(numbers(near));
        expect(taken.hasWithin(x, y, distance)).toBe(near.length > 0);
        const square: Numbered[] = [];
        taken.visitSquare(x, y, distance, (place) => void square.push(place));
        const inside = list.filter(
          (place) => Math.abs(place.x - x) < distance && Math.abs(place.y - y) < distance,
        );
        expect(numbers(square)).toEqual(numbers(inside));
      }),
    );
  });

  it('shows the places of one bin in the order in which they came, and stops when told', () => {
    const taken = new StarPlaces<Numbered>(300, 64);
    for (let number = 0; number < 600; number++) taken.add({ x: 70 + (number % 7), y: 80, number });
    const seen: number[] = [];
    const stopped = taken.visitSquare(72, 80, 30, ({ number }) => {
      seen.push(number);
      return number === 500;
    });
    expect(stopped).toBe(true);
    expect(seen).toEqual(Array.from({ length: 501 }, (_, number) => number));
  });
});
