import { availableParallelism } from 'node:os';
import type { frameCalls } from '../../contract/calls/frames.ts';
import type { resultCalls } from '../../contract/calls/results.ts';
import type { reviewCalls } from '../../contract/calls/review.ts';
import type { settingsCalls } from '../../contract/calls/settings.ts';
import type { Handlers } from '../../contract/kinds.ts';
import { simulatedFirstNight } from '../workflows/demo/one-night.ts';
import { evaluateExpression } from '../workflows/looking/evaluate-expression.ts';
import { sessionRows } from '../workflows/looking/rows.ts';
import { showFrame } from '../workflows/looking/show-frame.ts';
import { sessionSummary } from '../workflows/looking/summary.ts';
import { listOperations, resultFile } from '../workflows/results.ts';
import { agreement, reviewQueue, secondAnswer } from '../workflows/review/queue.ts';
import { decideFrames, decisionHistory, undoDecision } from '../workflows/review.ts';
import { tellingQueue } from '../workflows/review-learning.ts';
import { findSession } from '../workflows/sessions.ts';
import { listFolders, readSettings, saveSettings, setThresholds } from '../workflows/settings.ts';
import { nightChannels } from '../workflows/together/night-clock.ts';
import { type Rooms, workOptions } from './rooms.ts';

type WorkbenchHandlers = Handlers<typeof frameCalls> &
  Handlers<typeof reviewCalls> &
  Handlers<typeof resultCalls> &
  Handlers<typeof settingsCalls>;

export function workbenchHandlers(rooms: Rooms): WorkbenchHandlers {
  return { ...lookingHandlers(rooms), ...decidingHandlers(rooms), ...settingHandlers(rooms) };
}

function lookingHandlers({
  library,
  pictures,
}: Rooms): Handlers<typeof frameCalls> & Handlers<typeof resultCalls> {
  return {
    'frames.rows': ({ session, after, limit }) => sessionRows(library, session, { after, limit }),
    'sessions.summary': ({ session }) => sessionSummary(library, session),
    'frames.clock': ({ session }) => nightChannels(library, session),
    'frames.show': ({ session, item }) => showFrame(library, session, item),
    'frames.overlay': ({ session, item }, { signal }) => pictures.overlay(session, item, signal),
    'frames.header': ({ session, item }, { signal }) => pictures.header(session, item, signal),
    'frames.evaluate': ({ session, text, kind }) => evaluateExpression(library, session, text, kind),
    'frames.thumbnail': ({ session, item, side }, { signal }) =>
      pictures.thumbnail(session, item, side, signal),
    'frames.pixels': (input, { signal }) => pictures.pixels(input, signal),
    'results.file': ({ session, format }) => resultFile(library, session, format),
    'results.operations': () => listOperations(library),
  };
}

function decidingHandlers(rooms: Rooms): Handlers<typeof reviewCalls> {
  const { library, decisions } = rooms;
  return {
    'review.decide': (input) => {
      const receipt = decideFrames(library, input);
      if (!receipt.repeated)
        decisions.publish(findSession(library, input.session).name, input.id, receipt.items);
      return receipt;
    },
    'review.undo': ({ session, id }) => {
      const receipt = undoDecision(library, session, id);
      if (!receipt.repeated)
        decisions.publish(findSession(library, session).name, `${id}/undo`, receipt.items);
      return receipt;
    },
    'review.history': ({ session, limit }) => decisionHistory(library, session, limit),
    'review.queue': ({ session, which }, { signal }) =>
      which === 'telling' ? tellingQueue(rooms, session, { signal }) : reviewQueue(library, session, which),
    'review.second': (input) => secondAnswer(library, input),
    'review.agreement': ({ session }) => agreement(library, session),
    'review.watch': ({ session, after }, { signal }) =>
      decisions.watch(findSession(library, session).name, after, signal),
  };
}

function settingHandlers(rooms: Rooms): Handlers<typeof settingsCalls> {
  const { library, jobs } = rooms;
  return {
    'settings.show': () => ({
      settings: readSettings(library),
      library: library.directory,
      cores: availableParallelism(),
      thresholds: {
        strict: library.calibrations.thresholds('frames', { policy: 'strict' }),
        stacking: library.calibrations.thresholds('frames', { policy: 'stacking' }),
      },
    }),
    'settings.save': (changes) => saveSettings(library, changes),
    'settings.thresholds': ({ policy, clean, contaminated }) =>
      setThresholds(library, policy, { clean, contaminated }),
    'folders.list': ({ path }) => listFolders(rooms.folders, path),
    'demo.night': (input) =>
      jobs.start('demo.night', input, (context) => simulatedFirstNight(rooms, input, workOptions(context))),
  };
}
