/** The library façade on a real small night: what a script does. */
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  createDataset,
  evaluate,
  label,
  openLibrary,
  promote,
  scan,
  sort,
  TrainedModel,
  train,
  trainFromFits,
  undo,
} from '../main/nightsift.ts';
import { temporaryFolder, writeNight } from './hosts/cli/small-night.ts';

test('teaches from one night and lets the model judge another', async () => {
  const place = temporaryFolder();
  const [first, second] = [path.join(place.folder, 'first'), path.join(place.folder, 'second')];
  const truth = writeNight(first, { seed: 21, frames: 28 });
  writeNight(second, { seed: 22, frames: 10 });
  const library = openLibrary(path.join(place.folder, 'library'));
  const { session } = await scan(library, [first]);
  const labels = [...truth].map(([file, clean]) => ({
    file,
    label: clean ? ('clean' as const) : ('contaminated' as const),
  }));
  expect(label(library, session.name, labels, 'ada').changed).toBe(28);
  const dataSet = await createDataset(library, { sessions: [session.name] });
  expect(dataSet.labelledByPerson).toBe(28);
  const parameters = { epochs: 10, imageWidth: 4, patience: 0 };
  const epochs: number[] = [];
  const model = await trainFromFits(
    library,
    { folder: first, parameters },
    { onMetrics: (epoch) => epochs.push(epoch) },
  );
  expect(epochs).toHaveLength(10);
  expect(model.outcome?.run).toBe(model.runId);
  expect(model).toMatchObject({ modelVersion: 1, dataSetVersion: 'first@1' });
  promote(library, model.reference);
  const answers = await model.predict([second]);
  expect(answers.items).toHaveLength(10);
  await model.close();
  const production = await TrainedModel.open(library, 'first@production');
  expect((await production.predict([second])).items).toEqual(answers.items);
  expect(production.outcome).toBeNull();
  await production.close();
  const other = await train(library, { dataSet: 'first@1', parameters, seed: 2, name: 'other' });
  const report = await evaluate(library, { model: other.reference, dataSet: 'first@1' });
  expect(report.all.items).toBeGreaterThan(0);
  await other.close();
  const sorted = await sort(library, {
    session: 'second',
    into: path.join(place.folder, 'sorted'),
    action: 'copy',
  });
  expect(sorted.files.length).toBe(10);
  expect((await undo(library)).restored).toBe(10);
  await library.close();
  place.remove();
});
