import type { modelCalls } from '../../contract/calls/models.ts';
import type { Handlers } from '../../contract/kinds.ts';
import { exportModel, modelBytes } from '../workflows/export-model.ts';
import { compareModels, listModels, showModel } from '../workflows/models.ts';
import { archive, promote, rollback, stage } from '../workflows/promote.ts';
import type { Rooms } from './rooms.ts';

export function modelHandlers({ library, jobs }: Rooms): Handlers<typeof modelCalls> {
  return {
    'models.list': () => listModels(library),
    'models.show': ({ model }) => showModel(library, model),
    'models.promote': ({ model, to, ...decision }) =>
      (to === 'staging' ? stage : promote)(library, model, decision),
    'models.archive': ({ model, ...decision }) => archive(library, model, decision),
    'models.rollback': ({ model, ...decision }) => rollback(library, model, decision),
    'models.compare': ({ first, second }) => compareModels(library, first, second),
    'models.file': ({ model, format }) => modelBytes(library, model, format),
    'models.export': (input) =>
      jobs.start('models.export', input, async () =>
        exportModel(library, input.model, input.into, input.format),
      ),
  };
}
