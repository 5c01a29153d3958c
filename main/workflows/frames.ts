/** The frames family, ready for the workflows. */
import { frameFeatureNames, frameFeatureVersion } from '../families/frames/features.ts';
import { workerEntry } from '../jobs/messages.ts';
import type { FrameFamily } from './frame-family.ts';

/** Raise it with every change that makes reading or measuring give other figures. */
const measurementRevision = 18;
/** Raise it with every change of detectors, score or findings. */
const judgementRevision = 5;

export const framesFamily: FrameFamily = {
  measurementVersion: `frames-measure-${measurementRevision}`,
  judgementVersion: `frames-judge-${judgementRevision}.${frameFeatureVersion}`,
  featureNames: frameFeatureNames,
  worker: workerEntry(import.meta.url, './work/frames-worker'),
};
