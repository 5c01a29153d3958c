/**
 * Everything that a screen, a command or a script can ask of Nightsift: one table. The transports, the
 * desktop bridge, the browser client and the command line are derived from it.
 */
import { dataSetCalls } from './calls/data-sets.ts';
import { frameCalls } from './calls/frames.ts';
import { houseCalls } from './calls/house.ts';
import { jobCalls } from './calls/jobs.ts';
import { modelCalls } from './calls/models.ts';
import { recordCalls } from './calls/records.ts';
import { resultCalls } from './calls/results.ts';
import { reviewCalls } from './calls/review.ts';
import { sessionCalls } from './calls/sessions.ts';
import { settingsCalls } from './calls/settings.ts';
import { sourceCalls } from './calls/sources.ts';
import { trainingCalls } from './calls/training.ts';
import { tuningCalls } from './calls/tuning.ts';
import { type Client, defineApi, type Handlers } from './kinds.ts';

export const api = defineApi({
  ...jobCalls,
  ...sessionCalls,
  ...frameCalls,
  ...reviewCalls,
  ...resultCalls,
  ...recordCalls,
  ...sourceCalls,
  ...dataSetCalls,
  ...trainingCalls,
  ...tuningCalls,
  ...modelCalls,
  ...houseCalls,
  ...settingsCalls,
});

export type NightsiftApi = typeof api;
export type NightsiftClient = Client<NightsiftApi>;
export type NightsiftHandlers = Handlers<NightsiftApi>;
