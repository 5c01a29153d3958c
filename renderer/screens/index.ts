/** Every screen, one line each, in the order of the navigation. */
import type { Component } from 'svelte';
import type { ActionId } from '../keyboard/key-table.ts';
import type { IconName } from '../parts/Icon.svelte';
import DataSets from './datasets/DataSets.svelte';
import Frames from './frames/Frames.svelte';
import Models from './models/Models.svelte';
import Night from './night/Night.svelte';
import Records from './records/Records.svelte';
import Results from './results/Results.svelte';
import Review from './review/Review.svelte';
import Runs from './runs/Runs.svelte';
import Sessions from './sessions/Sessions.svelte';
import SettingsScreen from './settings/SettingsScreen.svelte';
import Training from './training/Training.svelte';
import Viewer from './viewer/Viewer.svelte';

export interface ScreenEntry {
  /** First part of the address. */
  readonly id: string;
  readonly title: string;
  readonly icon: IconName;
  /** `session`: needs an open session. */
  readonly group: 'house' | 'session' | 'learning' | 'foot';
  readonly component: Component;
  readonly key?: ActionId;
}

export const screens: readonly ScreenEntry[] = [
  {
    id: 'sessions',
    title: 'Sessions',
    icon: 'sessions',
    group: 'house',
    component: Sessions,
    key: 'go.sessions',
  },
  {
    id: 'records',
    title: 'Tables and records',
    icon: 'cells',
    group: 'house',
    component: Records,
    key: 'go.records',
  },
  { id: 'frames', title: 'Frames', icon: 'frames', group: 'session', component: Frames, key: 'go.frames' },
  { id: 'review', title: 'Review', icon: 'review', group: 'session', component: Review, key: 'go.review' },
  { id: 'view', title: 'Viewer', icon: 'view', group: 'session', component: Viewer, key: 'go.view' },
  { id: 'night', title: 'Night graph', icon: 'night', group: 'session', component: Night, key: 'go.night' },
  {
    id: 'results',
    title: 'Results',
    icon: 'results',
    group: 'session',
    component: Results,
    key: 'go.results',
  },
  {
    id: 'settings',
    title: 'Settings',
    icon: 'settings',
    group: 'foot',
    component: SettingsScreen,
    key: 'go.settings',
  },
  {
    id: 'datasets',
    title: 'Data sets',
    icon: 'datasets',
    group: 'learning',
    component: DataSets,
    key: 'go.datasets',
  },
  {
    id: 'training',
    title: 'Training',
    icon: 'training',
    group: 'learning',
    component: Training,
    key: 'go.training',
  },
  { id: 'runs', title: 'Runs', icon: 'runs', group: 'learning', component: Runs, key: 'go.runs' },
  { id: 'models', title: 'Models', icon: 'models', group: 'learning', component: Models, key: 'go.models' },
];
