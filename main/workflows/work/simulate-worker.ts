/** The thread that renders simulated frames into files. */
import {
  encodeFrame,
  type NightRecipe,
  planNight,
  renderFrame,
  type SimulatedNight,
} from '../../families/frames/simulate/index.ts';
import { serveTasks } from '../../jobs/worker-side.ts';
import { writeWholeFile } from '../../library/whole-files.ts';

export interface RenderInput {
  readonly recipe: NightRecipe;
  readonly index: number;
  readonly path: string;
}

/** What the demonstration needs of a frame's truth. */
export interface RenderedTruth {
  readonly file: string;
  readonly kinds: readonly string[];
}

let planned: { readonly key: string; readonly night: SimulatedNight } | null = null;

function nightOf(recipe: NightRecipe): SimulatedNight {
  const key = JSON.stringify(recipe);
  if (planned?.key !== key) planned = { key, night: planNight(recipe) };
  return planned.night;
}

function render({ recipe, index, path }: RenderInput): RenderedTruth {
  const frame = renderFrame(nightOf(recipe), index);
  writeWholeFile(path, encodeFrame(frame));
  return { file: frame.truth.file, kinds: frame.truth.kinds };
}

serveTasks({ render: (input) => render(input as RenderInput) });
