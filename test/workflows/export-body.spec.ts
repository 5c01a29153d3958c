import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  decodeSafeTensors,
  encodeSafeTensors,
  floatTensor,
} from '../../main/formats/safetensors/safetensors.ts';
import type { Library } from '../../main/library/open-library.ts';
import { exportModel } from '../../main/workflows/export-model.ts';
import { temporaryFolder } from '../library/temporary-folder.ts';

/** A library of one version whose weights have these names. */
function libraryWith(recipe: string, names: readonly string[]): Library {
  const tensors = new Map(names.map((name) => [name, floatTensor(Float32Array.of(1, 2), [2])]));
  const bytes = encodeSafeTensors({ tensors, metadata: { recipe } });
  return {
    models: { need: () => ({ name: 'm', version: 1, onnxBlob: 'o', safetensorsBlob: 's' }) },
    blobs: { get: () => bytes },
  } as unknown as Library;
}

describe('a body by itself', () => {
  test("has a ResNet's weights under torchvision's names, without head and features branch", () => {
    const body = ['conv1.weight', 'bn1.running_mean', 'layer1.0.conv1.weight'];
    const into = join(temporaryFolder(), 'body.safetensors');
    const library = libraryWith('resnet18', [...body, 'fc.weight', 'fc.bias', 'features.linear.weight']);
    const { bytes } = exportModel(library, 'm@1', into, 'body');
    const file = readFileSync(into);
    expect(file.byteLength).toBe(bytes);
    expect([...decodeSafeTensors(file).tensors.keys()]).toEqual(body);
  });

  test('is asked of recipes that have one', () => {
    expect(() => exportModel(libraryWith('mlp', ['head.weight']), 'm@1', '/nowhere', 'body')).toThrowError(
      expect.objectContaining({ code: 'wrongUse', hint: expect.stringContaining('resnet18') }),
    );
  });
});
