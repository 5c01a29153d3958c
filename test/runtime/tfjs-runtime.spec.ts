import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { loadTfjsNode, tfjsRuntime } from '../../main/runtime/tfjs-runtime.ts';
import { itHasTheSameLosses } from './two-engines.ts';

describe('the second engine', () => {
  itHasTheSameLosses([['mlp', { optimiser: 'lamb', clipValue: 0.5 }]], 60_000);

  it('names the operator that it does not know', async () => {
    const { encodeModel } = await import('../../main/formats/onnx/index.ts');
    const { Graph } = await import('../../main/learning/graph/graph.ts');
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2]);
    const model = encodeModel(graph.toModel({ name: 'm', outputs: { y: graph.apply('IsInf', [x]) } }));
    await expect(tfjsRuntime(tf).load(model)).rejects.toMatchObject({ code: 'badModel', message: /IsInf/ });
  });

  it('says how to get it where it is not installed', async () => {
    await expect(loadTfjsNode()).rejects.toMatchObject({ code: 'unsupported', hint: /npm install/ });
  });
});
