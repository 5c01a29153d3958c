import { describe, expect, it } from 'vitest';
import { decodeSafeTensors } from '../../main/formats/safetensors/safetensors.ts';
import { trainNetwork } from '../../main/learning/train-network.ts';
import { onnxRuntime } from '../../main/runtime/onnx-runtime.ts';
import { syntheticDataset } from './synthetic.ts';

const dataset = syntheticDataset({ items: 20, side: 32, seed: 5 });
const options = {
  recipe: 'resnet18',
  parameters: { epochs: 2, batchSize: 6, frozenEpochs: 1, bodyRate: 0.1, patience: 0 },
  seed: 2,
  metadata: {},
};

describe('training from a backbone', () => {
  it('trains the classifier first, then all, and resumes across the change to the bit', async () => {
    const saved: Uint8Array[] = [];
    const checkpoints = {
      async save(_step: number, parts: readonly Uint8Array[]): Promise<void> {
        saved.push(Buffer.concat(parts));
      },
    };
    const ports = { runtime: onnxRuntime({ threads: 2 }), now: () => 0 };
    const backbone = (await trainNetwork(dataset, { ...options, parameters: { epochs: 1 } }, ports))
      .safetensors;
    const whole = await trainNetwork(dataset, { ...options, backbone }, { ...ports, checkpoints });
    const start = decodeSafeTensors(backbone).tensors;
    const afterHead = decodeSafeTensors(saved[0]!).tensors;
    const body = 'layer2.0.conv1.weight';
    expect(Buffer.compare(afterHead.get(`values/${body}`)!.bytes, start.get(body)!.bytes)).toBe(0);
    expect(
      Buffer.compare(afterHead.get('values/bn1.running_mean')!.bytes, start.get('bn1.running_mean')!.bytes),
    ).toBe(0);
    expect(Buffer.compare(afterHead.get('values/fc.weight')!.bytes, start.get('fc.weight')!.bytes)).not.toBe(
      0,
    );
    const end = decodeSafeTensors(saved[1]!).tensors;
    expect(Buffer.compare(end.get(`values/${body}`)!.bytes, start.get(body)!.bytes)).not.toBe(0);
    const resumed = await trainNetwork(
      dataset,
      { ...options, backbone },
      { ...ports, resumeFrom: saved[0]! },
    );
    expect(Buffer.compare(resumed.safetensors, whole.safetensors)).toBe(0);
  });
});
