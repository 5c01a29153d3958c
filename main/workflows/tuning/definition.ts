/** What a study was asked, complete, as it is kept so that resuming asks the same. */
import { createHash } from 'node:crypto';
import { mostTrials, type StudyFigure } from '../../../contract/calls/tuning.ts';
import { NightsiftError } from '../../../contract/errors.ts';
import type { EngineName } from '../../../contract/words.ts';
import { completeParameters, type ParameterValue } from '../../learning/recipes.ts';
import { refuseFolds, targetKindOf } from '../../learning/targets.ts';
import { findTrainable } from '../../learning/trainables.ts';
import type { DatasetVersion } from '../../library/datasets.ts';
import type { Study } from '../../library/studies.ts';
import { findPruner } from '../../tuning/pruners.ts';
import { gridOf } from '../../tuning/samplers/grid.ts';
import { findSampler } from '../../tuning/samplers.ts';
import { type Settings, type Space, withFixed } from '../../tuning/space.ts';
import { type RangeKind, readSpace, type WrittenDimension } from '../../tuning/space-input.ts';
import { findSpace, usualSpace } from '../../tuning/spaces.ts';
import { proposeTrials } from '../../tuning/studies.ts';
import type { WorkOptions } from '../progress.ts';
import { chosenItems, type Where } from '../training/chosen-items.ts';
import { dataKind } from '../training/data-kind.ts';
import { dottedApart, familyDefaults, houseSettings } from '../training/house-settings.ts';
import { modelName } from '../training/model-name.ts';
import { defaultRecipe } from '../training/new-run.ts';
import { refuseOtherTask, type TrainPorts } from '../training/training-run.ts';
import { checkLabels } from './check-labels.ts';
import { checkLimits } from './check-limits.ts';
import { foldsFor } from './folds.ts';
import { groupsBy } from './groups.ts';
import type { Resource } from './resources.ts';

export interface StudyDefinition {
  /** Of trials whose settings name none. */
  readonly recipe: string;
  /** Settings that do not vary. */
  readonly fixed: Readonly<Record<string, ParameterValue>>;
  readonly space: Space;
  readonly sampler: string;
  readonly pruner: string;
  readonly resource: Resource;
  readonly folds: number;
  readonly groupBy: string | null;
  readonly seed: number;
  readonly figure: StudyFigure;
  readonly name: string;
  readonly where: Where;
  readonly backbone: string | null;
  readonly engine: EngineName;
  readonly train: boolean;
  readonly promote: boolean;
  readonly modelOutput: string | null;
  readonly threads: string;
}

export interface TuneSettings {
  readonly recipe?: string | undefined;
  readonly parameters?: Readonly<Record<string, ParameterValue | null>> | undefined;
  readonly space?: string | readonly WrittenDimension[] | undefined;
  readonly sampler?: string | undefined;
  readonly pruner?: string | undefined;
  readonly resource?: Resource | undefined;
  readonly trials?: number | undefined;
  readonly folds?: number | undefined;
  readonly groupBy?: string | undefined;
  readonly figure?: StudyFigure | undefined;
  readonly seed?: number | undefined;
  readonly name?: string | undefined;
  readonly where?: Where | undefined;
  readonly backbone?: string | undefined;
  readonly engine?: EngineName | undefined;
  readonly train?: boolean | undefined;
  readonly promote?: boolean | undefined;
  readonly modelOutput?: string | undefined;
}

/** With a first rung of 27, 9 and 3 go on, and one is left. */
const usualTrials = 27;

export const definitionOf = (study: Study): StudyDefinition => study.definition as StudyDefinition;

/**
 * Lays the study out and writes it with all its trials before anything is computed.
 * @throws NightsiftError `wrongUse` (a setting, a range, too many trials), `notFound` (a name), `notEnoughData` (--where,
 * --folds, labels)
 */
export function startStudy(
  ports: TrainPorts,
  version: DatasetVersion,
  asked: TuneSettings,
  options: WorkOptions,
): Study {
  const definition = define(ports, version, asked, options);
  const sampler = findSampler(definition.sampler);
  findPruner(definition.pruner);
  if (definition.train) {
    refuseOtherTask(ports.library, definition.name, version.family, dataKind(ports, version.family).task);
  }
  checkLimits(definition.space, definition.recipe, (recipe, settings) =>
    checkTrial(ports, version, { recipe, fixed: {} }, settings),
  );
  const trials = proposeTrials(sampler, definition.space, definition.seed, trialsAsked(definition, asked));
  for (const settings of trials) checkTrial(ports, version, definition, settings);
  const items = chosenItems(ports, version, definition.where);
  checkLabels(`${version.name}@${version.version}`, items, version.metadata.classes, recipesOf(definition));
  groupsBy(ports, version, items, definition.groupBy);
  const digest = createHash('sha256')
    .update(JSON.stringify([version.hash, definition, trials]))
    .digest('hex');
  return ports.library.studies.start({
    id: `study-${digest.slice(0, 10)}`,
    name: definition.name,
    family: version.family,
    datasetVersionId: version.id,
    definition,
    trials,
  });
}

export function recipesOf({ recipe, space }: Pick<StudyDefinition, 'recipe' | 'space'>): string[] {
  const named = space.find(({ name }) => name === 'recipe');
  return named?.kind === 'choice' ? named.values.map(String) : [recipe];
}

function trialsAsked({ sampler, space }: StudyDefinition, { trials }: TuneSettings): number {
  if (trials !== undefined || sampler !== 'grid') return trials ?? usualTrials;
  const { length } = gridOf(space);
  if (length <= mostTrials) return length;
  throw new NightsiftError(
    'wrongUse',
    `The grid holds ${length} trials; a study has ${mostTrials} at most.`,
    {
      hint: 'Give fewer values, or choose --sampler random with --trials.',
    },
  );
}

function define(
  ports: TrainPorts,
  version: DatasetVersion,
  asked: TuneSettings,
  { onMessage }: WorkOptions,
): StudyDefinition {
  const { family } = dataKind(ports, version.family);
  const held = Object.fromEntries(
    Object.entries(asked.parameters ?? {}).filter(([, value]) => value !== null),
  ) as Record<string, ParameterValue>;
  const { recipe: heldRecipe, ...fixed } = held;
  const recipe = String(heldRecipe ?? asked.recipe ?? family?.recipes[0]?.recipe ?? defaultRecipe);
  findTrainable(recipe);
  const space = withFixed(spaceOf(recipe, asked.space, Object.keys(held)), held);
  if (space.length === 0) {
    throw new NightsiftError('wrongUse', 'Every setting of the space is given one value: nothing varies.', {
      hint: 'Give a range, as in --set learningRate=0.0001..0.01:log.',
    });
  }
  const usual = settingsOf(ports, version, { recipe, fixed }, {}).house;
  const where = asked.where ?? {};
  // marks and numbers are no classes, and are refused with each trial's other settings
  const classified = targetKindOf(fixed) === undefined ? chosenItems(ports, version, where) : [];
  const { folds, note } = foldsFor(version, classified, asked.folds, usual.folds);
  if (note !== null) onMessage?.(note);
  return {
    recipe,
    fixed,
    space,
    sampler: asked.sampler ?? 'random',
    pruner: asked.pruner ?? 'halving',
    resource: asked.resource ?? 'auto',
    folds,
    groupBy: asked.groupBy ?? null,
    seed: asked.seed ?? 1,
    figure: asked.figure ?? 'macroF1',
    name: modelName(asked.name, version),
    where,
    backbone: asked.backbone ?? null,
    engine: asked.engine ?? 'onnxruntime',
    train: asked.train ?? true,
    promote: asked.promote ?? false,
    modelOutput: asked.modelOutput ?? null,
    threads: ports.environment.threads ?? '1',
  };
}

function spaceOf(recipe: string, written: TuneSettings['space'], held: readonly string[]): Space {
  if (typeof written === 'string') return findSpace(written, recipe).space;
  if (written !== undefined && written.length > 0) {
    const named = held.includes('recipe') ? undefined : written.find(({ name }) => name === 'recipe')?.values;
    const tried = named?.map(String) ?? [recipe];
    return readSpace(written, (each) => rangeKind(tried, each), held);
  }
  const usual = usualSpace(recipe);
  if (usual !== undefined) return usual.space;
  throw new NightsiftError('wrongUse', `Say what varies: no space is laid out for ${recipe}.`, {
    hint: `Give ranges, as in --set trees=50..400; its settings are in: nightsift recipes ${recipe}.`,
  });
}

/** Settings of the house and the family have a point in their names and are numbers where they have a range. */
function rangeKind(recipes: readonly string[], { name, when }: WrittenDimension): RangeKind {
  if (name.includes('.')) return 'float';
  const asked = when?.recipe?.map(String) ?? recipes;
  const parameters = asked.flatMap((each) => findTrainable(each).parameters);
  const kind = parameters.find((each) => each.name === name)?.kind;
  if (kind === undefined && name !== 'recipe') {
    throw new NightsiftError('wrongUse', `The recipe ${asked.join(' or ')} has no setting "${name}".`, {
      hint: `Settings: ${parameters.map((each) => each.name).join(', ')}.`,
    });
  }
  if (kind === 'integer') return 'integer';
  return kind === 'number' ? 'float' : null;
}

/** What a trial trains, and how it is judged. */
export function settingsOf(
  ports: TrainPorts,
  version: Pick<DatasetVersion, 'family'>,
  { recipe: usual, fixed }: Pick<StudyDefinition, 'recipe' | 'fixed'>,
  settings: Settings,
) {
  const { recipe: named, ...own } = settings;
  const { family } = dataKind(ports, version.family);
  const recipe = named === undefined ? usual : String(named);
  const given = { ...fixed, ...own };
  const all = family === null ? given : familyDefaults(family, recipe, given).parameters;
  const { own: parameters, dotted } = dottedApart(all);
  return { recipe, given, parameters, house: houseSettings(family, dotted) };
}

function checkTrial(
  ports: TrainPorts,
  version: DatasetVersion,
  definition: Pick<StudyDefinition, 'recipe' | 'fixed'>,
  settings: Settings,
): void {
  const { recipe, parameters } = settingsOf(ports, version, definition, settings);
  refuseFolds(completeParameters(findTrainable(recipe), parameters));
}
