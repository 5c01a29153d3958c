import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTrainedModel } from '../../main/workflows/trained-model.ts';
import { newPlace, type Place } from './fake-frames/night.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.close());

it('a path in the place of a model is called one; a name that nobody knows is a model to train', async () => {
  await expect(openTrainedModel(place.ports, place.night)).rejects.toMatchObject({
    code: 'notFound',
    message: `${place.night} is a file or a folder, not a model.`,
    hint: expect.stringContaining('The model comes first'),
  });
  await expect(openTrainedModel(place.ports, 'nobody')).rejects.toMatchObject({
    code: 'notFound',
    message: 'There is no model "nobody".',
    hint: 'Train one first.',
  });
});
