/** The frames family, ready for the workflows. */
import { frameFeatureNames, frameFeatureVersion } from '../families/frames/features.ts';
import {
  describeReviewRule,
  isTold,
  reviewFigureNames,
  reviewFigures,
  reviewQuestions,
  reviewReason,
} from '../families/frames/review-questions.ts';
import { workerEntry } from '../jobs/messages.ts';
import type { FrameFamily } from './frame-family.ts';

/** Raise it with every change that makes reading or measuring give other figures. */
const measurementRevision = 20;
/** Raise it with every change of detectors, score or findings. */
const judgementRevision = 7;

export const framesFamily: FrameFamily = {
  measurementVersion: `frames-measure-${measurementRevision}`,
  judgementVersion: `frames-judge-${judgementRevision}.${frameFeatureVersion}`,
  featureNames: frameFeatureNames,
  reviewing: {
    figureNames: reviewFigureNames,
    questions: reviewQuestions,
    figures: (features, measurements, { policy, policyChanges }) =>
      reviewFigures(features, measurements, policy, policyChanges),
    isTold,
    describe: describeReviewRule,
    because: reviewReason,
  },
  worker: workerEntry(import.meta.url, './work/frames-worker'),
};
