import process from 'node:process';
import type { houseCalls } from '../../contract/calls/house.ts';
import type { Handlers } from '../../contract/kinds.ts';
import { demo } from '../workflows/demo.ts';
import { doctor } from '../workflows/doctor.ts';
import { runtimeCheck } from '../workflows/training/runtime-check.ts';
import { type Rooms, workOptions } from './rooms.ts';
import { engineVersion } from './version.ts';

export function houseHandlers(rooms: Rooms): Handlers<typeof houseCalls> {
  const { library, jobs } = rooms;
  return {
    'house.about': () => ({
      version: engineVersion(),
      library: library.directory,
      node: process.versions.node,
    }),
    'doctor.start': (input) =>
      jobs.start('doctor.start', input, (context) => doctor(library, [runtimeCheck], workOptions(context))),
    'demo.start': (input) =>
      jobs.start('demo.start', input, (context) => demo(rooms, input, workOptions(context))),
  };
}
