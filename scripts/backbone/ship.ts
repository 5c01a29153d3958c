/** Writes trained weights and the record of their run to assets/. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decodeSafeTensors, encodeSafeTensors } from '../../main/formats/safetensors/safetensors.ts';
import type { TensorDataset } from '../../main/learning/dataset.ts';
import type { TrainedNetwork } from '../../main/learning/train-network.ts';

export interface ShippedRun {
  readonly recipe: string;
  /** What makes it again. */
  readonly command: string;
  readonly nights: readonly string[];
  readonly data: TensorDataset;
  readonly trained: TrainedNetwork;
  /** Names of the tensors that are shipped. */
  readonly isShipped: (name: string) => boolean;
}

/** `RECIPE-backbone.safetensors` and `RECIPE-backbone.json`. Returns the length of the first. */
export function shipBackbone({ recipe, command, nights, data, trained, isShipped }: ShippedRun): number {
  const tensors = new Map(
    [...decodeSafeTensors(trained.safetensors).tensors].filter(([name]) => isShipped(name)),
  );
  const hash = createHash('sha256').update(Uint8Array.from(data.labels));
  for (const { data: values } of data.inputs)
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  const run = {
    schema: 'nightsift.backbone/1',
    recipe,
    command,
    parameters: trained.parameters,
    classes: data.classes,
    nights,
    items: data.ids.length,
    dataHash: hash.digest('hex'),
    /** Of the training; what is done to the weights afterwards is not in them. */
    metrics: trained.metrics,
  };
  const assets = fileURLToPath(new URL('../../assets', import.meta.url));
  mkdirSync(assets, { recursive: true });
  const bytes = encodeSafeTensors({ tensors, metadata: { recipe, command, dataHash: run.dataHash } });
  writeFileSync(`${assets}/${recipe}-backbone.safetensors`, bytes);
  writeFileSync(`${assets}/${recipe}-backbone.json`, `${JSON.stringify(run, null, 2)}\n`);
  return bytes.length;
}
