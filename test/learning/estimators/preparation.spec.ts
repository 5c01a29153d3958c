import { expect, test } from 'vitest';
import { ModelParts } from '../../../main/learning/estimators/model-parts.ts';
import { fitPreparation } from '../../../main/learning/estimators/preparation.ts';
import { onnxRuntime } from '../../../main/runtime/onnx-runtime.ts';

const table = { rows: 5, columns: 1, values: Float64Array.of(-1, 1, -1, 1, 0) };
const asked = { rows: 4, columns: 1, values: Float64Array.of(0.5, 50, -50, 500) };

test('bends what lies far out, keeps its order, and says the same in a graph', async () => {
  const straight = fitPreparation(table, 'standard');
  const bent = fitPreparation(table, 'standard', 2);
  const [near, far, low, further] = bent.apply(asked).values;
  expect(near).toBe(straight.apply(asked).values[0]);
  expect(far).toBeLessThan(7);
  expect(low).toBe(-far!);
  expect(further).toBeGreaterThan(far!);
  const parts = new ModelParts();
  parts.nameOutput(bent.addTo(parts, 'rows'), 'prepared');
  const onnx = parts.toModel({
    name: 'bent',
    input: { name: 'rows', type: 'float64', shape: [1] },
    outputs: [{ name: 'prepared', type: 'float64', shape: [1] }],
    metadata: {},
  });
  const session = await onnxRuntime({ threads: 1 }).load(onnx, { purpose: 'inference' });
  const { prepared } = await session.run({ rows: { type: 'float64', dims: [4, 1], data: asked.values } });
  await session.release();
  for (const [row, value] of bent.apply(asked).values.entries())
    expect(prepared!.data[row]).toBeCloseTo(value, 9);
});
