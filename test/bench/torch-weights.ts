/** PyTorch's tensors of a bench network as files, and which of ours they are. */
import { readFileSync } from 'node:fs';

/** PyTorch's name of a tensor, and its shape. */
export type TensorName = readonly [string, readonly number[]];

export function floatsOf(file: string): Float32Array {
  return new Float32Array(Uint8Array.from(readFileSync(file)).buffer);
}

/** The bench's PyTorch networks are plain sequences: their tensors come in the order of ours, layer by layer. */
export function pairedNames(
  names: readonly TensorName[],
  own: readonly { readonly name: string; readonly shape: readonly number[] }[],
) {
  const kindOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1);
  const remaining = [...own];
  return names.map(([theirs, shape]) => {
    const index = remaining.findIndex(
      (each) => kindOf(each.name) === kindOf(theirs) && each.shape.join() === shape.join(),
    );
    if (index < 0) throw new Error(`PyTorch's ${theirs} [${shape.join(', ')}] has no counterpart.`);
    return { theirs, ours: remaining.splice(index, 1)[0]!.name };
  });
}
