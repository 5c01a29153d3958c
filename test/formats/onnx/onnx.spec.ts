import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isNightsiftError } from '../../../contract/errors.ts';
import { decodeModel, encodeModel, type OnnxModel } from '../../../main/formats/onnx/index.ts';
import { onnxRuntime } from '../../../main/runtime/onnx-runtime.ts';

const foreign = readFileSync(new URL('../../fixtures/learning/narrow-resnet18.onnx', import.meta.url));

const everything: OnnxModel = {
  irVersion: 8,
  producer: 'nightsift',
  producerVersion: '1',
  opsets: { '': 18, 'ai.onnx.ml': 3 },
  metadata: { classes: '["ä","b"]', empty: '' },
  graph: {
    name: 'everything',
    nodes: [
      {
        operator: 'Thing',
        name: 'first',
        domain: 'ai.onnx.ml',
        inputs: ['x', '', 'w'],
        outputs: ['y'],
        attributes: {
          float: { kind: 'float', value: 0.5 },
          int: { kind: 'int', value: -3 },
          string: { kind: 'string', value: 'nearest' },
          floats: { kind: 'floats', value: [0.25, -1] },
          ints: { kind: 'ints', value: [1, -1, 4_000_000_000, -(2 ** 31)] },
          strings: { kind: 'strings', value: ['a', ''] },
          tensor: {
            kind: 'tensor',
            value: { name: '', type: 'uint8', dims: [2], bytes: Uint8Array.of(7, 8) },
          },
        },
      },
    ],
    initializers: [{ name: 'w', type: 'float32', dims: [3, 40], bytes: new Uint8Array(480).fill(9) }],
    inputs: [{ name: 'x', type: 'float32', dims: ['batch', 3] }],
    outputs: [{ name: 'y', type: 'int64', dims: [] }],
  },
};

describe('ONNX', () => {
  it('returns what was written', () => {
    expect(decodeModel(encodeModel(everything))).toEqual(everything);
  });

  it('reads and rewrites what PyTorch exported', async () => {
    const model = decodeModel(foreign);
    expect(model.producer).toBe('pytorch');
    expect(model.opsets).toEqual({ '': 13 });
    expect(model.graph.inputs[0]).toEqual({ name: 'image', type: 'float32', dims: ['batch', 1, 32, 32] });
    expect(model.graph.nodes.filter((node) => node.operator === 'Conv')).toHaveLength(20);
    const image = { type: 'float32' as const, dims: [1, 1, 32, 32], data: new Float32Array(1024).fill(0.3) };
    const answers: unknown[] = [];
    for (const bytes of [foreign, encodeModel(model)]) {
      const session = await onnxRuntime({ threads: 1 }).load(bytes);
      answers.push((await session.run({ image })).logits!.data);
      await session.release();
    }
    expect(answers[1]).toEqual(answers[0]);
  });

  it('writes whole numbers of every size exactly', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        const node = { ...everything.graph.nodes[0]!, attributes: { i: { kind: 'int' as const, value } } };
        const model = { ...everything, graph: { ...everything.graph, nodes: [node] } };
        expect(decodeModel(encodeModel(model)).graph.nodes[0]!.attributes.i).toEqual({ kind: 'int', value });
      }),
    );
  });

  it('refuses damaged bytes with a code, whatever the damage', () => {
    const cut = fc.integer({ min: 0, max: foreign.length - 1 }).map((length) => foreign.subarray(0, length));
    const flipped = fc
      .tuple(fc.integer({ min: 0, max: foreign.length - 1 }), fc.integer({ min: 1, max: 255 }))
      .map(([place, bits]) => {
        const copy = Uint8Array.from(foreign);
        copy[place]! ^= bits;
        return copy;
      });
    fc.assert(
      fc.property(fc.oneof(cut, flipped), (bytes) => {
        try {
          decodeModel(bytes);
        } catch (error) {
          expect(isNightsiftError(error) && error.code).toBe('badModel');
        }
      }),
    );
    expect(() => decodeModel(Uint8Array.of())).toThrow(/no graph/);
  });

  it('says which file the runtime could not load', async () => {
    const error = await onnxRuntime()
      .load(Uint8Array.of(1, 2, 3))
      .catch((cause: unknown) => cause);
    expect(isNightsiftError(error) && error.code).toBe('badModel');
  });
});
