/** One trial at one share of its resource, judged in folds. */
import type { TensorDataset } from '../../learning/dataset.ts';
import type { DatasetVersion } from '../../library/datasets.ts';
import type { Settings } from '../../tuning/space.ts';
import { onSharedMemory } from '../training/batch-pool.ts';
import { chosenItems } from '../training/chosen-items.ts';
import { dataKind } from '../training/data-kind.ts';
import type { Listening } from '../training/learning-pool.ts';
import { backboneFor } from '../training/new-run.ts';
import type { TrainPorts } from '../training/training-run.ts';
import type { JudgeTaskOutput } from '../work/learning-tasks.ts';
import { type StudyDefinition, settingsOf } from './definition.ts';
import { groupsBy } from './groups.ts';
import { rationed } from './resources.ts';

export interface TrialJudge {
  /** Items that trials learn from and are asked about. */
  readonly items: number;
  /** Errors: cancelled, diverged, notEnoughData, badInput, … */
  judge(settings: Settings, share: number, listening: Listening<number>): Promise<JudgeTaskOutput>;
}

/** @throws NightsiftError `wrongUse` where no item has the fact to group by, `notEnoughData` (--where) */
export function openTrialJudge(
  ports: TrainPorts,
  version: DatasetVersion,
  definition: StudyDefinition,
  study: string,
): TrialJudge {
  const kind = dataKind(ports, version.family);
  const items = chosenItems(ports, version, definition.where);
  const groups = groupsBy(ports, version, items, definition.groupBy);
  const facts = kind.allFacts(items);
  // inputs differ by recipe only; a study asks for them again and again
  const made = new Map<string, Promise<TensorDataset>>();
  const tensorsFor = (recipe: string) => {
    const known = made.get(recipe) ?? kind.tensors(version, items, recipe).then(onSharedMemory);
    made.set(recipe, known);
    return known;
  };
  return {
    items: items.filter(({ split }) => split === 'train' || split === 'validation').length,
    async judge(settings, share, listening) {
      const { recipe, parameters, house } = settingsOf(ports, version, definition, settings);
      const { rowShare, parameters: own } = rationed(recipe, parameters, definition.resource, share);
      const backbone = backboneFor(recipe, definition.backbone ?? undefined);
      return ports.learning.judge(
        {
          dataset: await tensorsFor(recipe),
          options: {
            recipe,
            parameters: own,
            seed: definition.seed,
            metadata: {},
            ...(backbone === null ? {} : { backbone }),
          },
          preparation: {
            family: kind.family?.name ?? null,
            settings: {
              ...house,
              folds: definition.folds,
              knownGroups: definition.groupBy === null ? house.knownGroups : 0,
            },
            groups,
            facts,
          },
          search: study,
          rowShare,
          threads: Math.max(1, Number(definition.threads)),
          engine: definition.engine,
        },
        listening,
      );
    },
  };
}
