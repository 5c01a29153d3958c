/** A person's decisions: append-only events with ids that the client makes, so that a repeated request adds nothing. */
import { z } from 'zod';
import { ask, stream } from '../kinds.ts';
import { FrameLabel, LabelAuthor } from '../words.ts';
import { SessionRef } from './sessions.ts';

/** Made by the client, a UUID for one: the same id is never applied twice. */
export const DecisionId = z.string().min(8).max(80);

/** What holds for a frame after a decision. */
export const DecidedItem = z.object({
  item: z.number().int(),
  label: FrameLabel.nullable(),
  labelledBy: LabelAuthor.nullable(),
  score: z.number().nullable(),
});
export type DecidedItem = z.infer<typeof DecidedItem>;

export const DecisionReceipt = z.object({
  id: z.string(),
  /** True when this id was applied before and nothing was added now. */
  repeated: z.boolean(),
  changed: z.number(),
  items: z.array(DecidedItem),
});
export type DecisionReceipt = z.infer<typeof DecisionReceipt>;

/** One entry of the history drawer. */
export const DecisionEntry = z.object({
  id: z.string(),
  at: z.string(),
  by: z.string().nullable(),
  label: FrameLabel.nullable(),
  items: z.array(z.number().int()),
  undone: z.boolean(),
});
export type DecisionEntry = z.infer<typeof DecisionEntry>;

export const Agreement = z.object({
  /** Frames with a first and a blind second answer. */
  both: z.number(),
  agree: z.number(),
  /** Cohen's kappa; null while there is nothing to compare. */
  kappa: z.number().nullable(),
  /** `counts[first][second]` in the order of `labels`. */
  labels: z.array(FrameLabel),
  counts: z.array(z.array(z.number())),
  disagreements: z.array(
    z.object({ item: z.number().int(), file: z.string(), first: FrameLabel, second: FrameLabel }),
  ),
});
export type Agreement = z.infer<typeof Agreement>;

/** What was learned of this person so far, in words, and whether reviewing on pays. */
export const TellingLesson = z.object({
  advice: z.string(),
  learned: z.array(z.string()),
  /** Number of the taste that is in force for the camera. */
  taste: z.number().int().nullable(),
});
export type TellingLesson = z.infer<typeof TellingLesson>;

export const reviewCalls = {
  /** Durable (fsynced) when it answers. One id is one step of undo, however many frames it names. */
  'review.decide': ask({
    in: SessionRef.extend({
      id: DecisionId,
      items: z.array(z.number().int()).min(1).max(20_000),
      /** Null withdraws the person's word: the judges decide again. */
      label: FrameLabel.nullable(),
      by: z.string().max(200).optional(),
    }),
    out: DecisionReceipt,
  }),
  /** Takes one decision back; frames decided again since keep their later label. */
  'review.undo': ask({ in: SessionRef.extend({ id: DecisionId }), out: DecisionReceipt }),
  /** Newest first: what undo can go back through, without limit. */
  'review.history': ask({
    in: SessionRef.extend({ limit: z.number().int().positive().max(20_000).default(500) }),
    out: z.array(DecisionEntry),
  }),
  /** Items in the order in which a person should look: the doubtful first. */
  'review.queue': ask({
    in: SessionRef.extend({
      /**
       * `doubtful`: labelled review. `telling`: the few whose class would teach most, after what was said so far. `unseen`: all that
       * no person decided. `blind`: decided, for a second look.
       */
      which: z.enum(['doubtful', 'telling', 'unseen', 'all', 'blind']).default('doubtful'),
      by: z.string().max(200).optional(),
    }),
    out: z.object({
      items: z.array(z.number().int()),
      decided: z.number(),
      /** With `telling`. */
      lesson: TellingLesson.nullable(),
    }),
  }),
  /** A second answer, given without seeing the first; it changes no label. */
  'review.second': ask({
    in: SessionRef.extend({
      id: DecisionId,
      item: z.number().int(),
      label: FrameLabel,
      by: z.string().max(200).optional(),
    }),
    out: z.object({ id: z.string(), repeated: z.boolean() }),
  }),
  'review.agreement': ask({ in: SessionRef, out: Agreement }),
  /** Decisions as they are made, by any window or command of this process. */
  'review.watch': stream({
    in: SessionRef.extend({ after: z.number().int().nonnegative().default(0) }),
    event: z.object({
      seq: z.number().int().positive(),
      id: z.string(),
      items: z.array(DecidedItem),
    }),
  }),
};
