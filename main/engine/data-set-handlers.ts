import type { dataSetCalls } from '../../contract/calls/data-sets.ts';
import type { Handlers } from '../../contract/kinds.ts';
import { createDataset, dataSetRow, diffDatasets, listDatasets, showDataset } from '../workflows/dataset.ts';
import { exportDataset } from '../workflows/dataset-export.ts';
import { verifyDataset } from '../workflows/dataset-verify.ts';
import { mapItems } from '../workflows/datasets/map-items.ts';
import { type Rooms, workOptions } from './rooms.ts';

export function dataSetHandlers(rooms: Rooms): Handlers<typeof dataSetCalls> {
  const { library, jobs } = rooms;
  return {
    'datasets.create': (input) =>
      jobs.start('datasets.create', input, async (context) =>
        dataSetRow(await createDataset(rooms, input, workOptions(context))),
      ),
    'datasets.list': () => listDatasets(library),
    'datasets.show': ({ dataSet }) => showDataset(library, dataSet),
    'datasets.diff': ({ before, after }) => diffDatasets(library, before, after),
    'datasets.map': (input) =>
      jobs.start('datasets.map', input, (context) => mapItems(rooms, input, workOptions(context))),
    'datasets.verify': (input) =>
      jobs.start('datasets.verify', input, (context) =>
        verifyDataset(library, input.dataSet, workOptions(context)),
      ),
    'datasets.export': (input) =>
      jobs.start('datasets.export', input, (context) => exportDataset(library, input, workOptions(context))),
  };
}
