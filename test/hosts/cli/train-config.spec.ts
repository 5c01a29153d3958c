import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../main/hosts/cli/train-config.ts';
import { gridOf } from '../../../main/tuning/samplers/grid.ts';
import { readSpace } from '../../../main/tuning/space-input.ts';

function file(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'nightsift-config-')), 'config.yaml');
  writeFileSync(path, text);
  return path;
}

describe('a training described in YAML', () => {
  it('has models, data, evaluation and export as sections', async () => {
    const config = await readConfig(
      file(`
family: columns
label: y_act
models:
  random_forest:
    trees: 200
  gradient_boosting:
data:
  synthetic_share: 0.1
  minimum_per_class: 20
evaluation:
  folds: 5
export:
  minimum_accuracy: 0.9
`),
    );
    expect(config).toEqual({
      family: 'columns',
      label: 'y_act',
      parameters: {
        'data.syntheticShare': 0.1,
        'data.minimumPerClass': 20,
        'evaluation.folds': 5,
        'export.minimumAccuracy': 0.9,
      },
      recipe: 'random-forest',
      space: [
        { name: 'recipe', values: ['random-forest', 'gradient-boosting'] },
        { name: 'trees', values: [200], when: { recipe: ['random-forest'] } },
      ],
    });
  });

  it('makes listed values a space of which every combination is tried', async () => {
    const { space } = await readConfig(
      file('models:\n  random_forest: { trees: [100, 200], maximum_depth: [0, 20], bins: 64 }\n  mlp:'),
    );
    const points = gridOf(readSpace(space!, () => null));
    expect(points).toEqual([
      { recipe: 'random-forest', trees: 100, maximumDepth: 0, bins: 64 },
      { recipe: 'random-forest', trees: 100, maximumDepth: 20, bins: 64 },
      { recipe: 'random-forest', trees: 200, maximumDepth: 0, bins: 64 },
      { recipe: 'random-forest', trees: 200, maximumDepth: 20, bins: 64 },
      { recipe: 'mlp' },
    ]);
  });

  it('may list models by their names, may be of one model, and may be empty', async () => {
    expect((await readConfig(file('models: [mlp, random-forest]'))).space).toEqual([
      { name: 'recipe', values: ['mlp', 'random-forest'] },
    ]);
    expect(await readConfig(file('models:\n  random_forest: { maximum_depth: 7 }'))).toEqual({
      recipe: 'random-forest',
      parameters: { maximumDepth: 7 },
    });
    expect(await readConfig(file(''))).toEqual({});
  });

  it.each([
    ['an unknown key', 'colour: red', /unknown colour/],
    ['a list at the top', '- a', /keys and values/],
    ['a section that is a word', 'data: all', /data has to hold/],
    ['a setting that is a list', 'data:\n  ratio: [1, 2]', /data\.ratio has to be one value/],
    ['what is no YAML', 'a: [', /Cannot read/],
  ])('refuses %s', async (_name, text, message) => {
    await expect(readConfig(file(text))).rejects.toMatchObject({
      code: 'wrongUse',
      message: expect.stringMatching(message),
    });
  });
});
