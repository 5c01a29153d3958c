/**
 * What every family of records promises: reading is a function of the bytes, what comes out fits together, broken bytes
 * are refused by a code of the closed list or read with problems named. A new one is tested by being registered and by
 * giving an example of a source below.
 */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isNightsiftError, refusalCodes } from '../../contract/errors.ts';
import type { Family, SourceReading } from '../../main/families/family.ts';
import { families } from '../../main/families/index.ts';
import { isRecordName } from '../../main/workflows/records/scan-records.ts';
import { decodeReading, encodeReading, storedReading } from '../../main/workflows/records/stored-reading.ts';
import { familyExamples } from './family-examples.ts';

const digest = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex');

function fingerprint({ items, tensors, featureNames, problems }: SourceReading): string {
  return digest([
    items.map((item) => ({ ...item, identity: digest(item.identity) })),
    tensors.map(({ name, shape, data }) => [name, shape, Array.from(data)]),
    featureNames,
    problems,
  ]);
}

const size = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);

describe.each(families.map((family) => [family.name, family] as const))('%s', (name, family: Family) => {
  const example = familyExamples[name];
  if (example === undefined) throw new Error(`Give an example of ${name} in family-examples.ts.`);
  const source = { file: example.file, bytes: example.bytes() };

  it('reads the same bytes the same way, and leaves them untouched', () => {
    const before = Uint8Array.from(source.bytes);
    const first = family.read(source, {});
    expect(fingerprint(family.read(source, {}))).toBe(fingerprint(first));
    expect(Buffer.compare(source.bytes, before)).toBe(0);
    expect(first.items.length).toBe(example.items);
  });

  it('knows its example by name and gives one row of every tensor for each item', () => {
    expect(isRecordName(family)(example.file)).toBe(true);
    const { items, tensors, featureNames } = family.read(source, {});
    for (const { shape, data } of tensors) expect(data.length).toBe(items.length * size(shape));
    if (featureNames.length > 0) expect(featureNames.length).toBe(size(tensors[0]!.shape));
    expect(new Set(featureNames).size).toBe(featureNames.length);
    for (const item of items) {
      expect(item.id).not.toBe('');
      expect(Number.isFinite(item.position)).toBe(true);
      expect(JSON.parse(JSON.stringify(item.facts))).toEqual(item.facts);
      expect(JSON.parse(JSON.stringify(item.view ?? {}))).toEqual(item.view ?? {});
    }
  });

  it('is kept and found again as it was', () => {
    const reading = family.read(source, {});
    const stored = storedReading(family.name, 'hash', {}, reading);
    expect(decodeReading(encodeReading(stored))).toEqual(stored);
    expect(stored.items.map(({ id }) => id)).toEqual([...new Set(stored.items.map(({ id }) => id))]);
  });

  it('gives labels of the classes it names', () => {
    for (const { labels } of family.read(source, {}).items) {
      for (const [column, label] of Object.entries(labels)) {
        const classes = family.classesOf(column);
        if (classes !== null) expect(classes).toContain(label);
      }
    }
  });

  it.each([
    ['no bytes', new Uint8Array()],
    ['noise', Uint8Array.from({ length: 5000 }, (_, index) => (index * 2654435761) >>> 24)],
    ['half of the source', source.bytes.slice(0, source.bytes.length >> 1)],
    [
      'the source with its middle gone',
      Uint8Array.of(
        ...source.bytes.slice(0, source.bytes.length / 3),
        ...source.bytes.slice((2 * source.bytes.length) / 3),
      ),
    ],
    ['text of another kind', new TextEncoder().encode('<html>\n<p>"Not here')],
  ])('answers %s with a reading or a named refusal', (_name, bytes) => {
    try {
      const reading = family.read({ file: example.file, bytes }, {});
      for (const { shape, data } of reading.tensors)
        expect(data.length).toBe(reading.items.length * size(shape));
      for (const { sentence } of reading.problems) expect(sentence.length).toBeGreaterThan(10);
    } catch (thrown) {
      expect(isNightsiftError(thrown), String(thrown)).toBe(true);
      if (isNightsiftError(thrown)) expect(refusalCodes).toContain(thrown.code);
    }
  });

  it('reports figures and names recipes to train with', () => {
    const figures = family.quality(family.read(source, {}));
    expect(figures.length).toBeGreaterThan(0);
    expect(new Set(figures.map((figure) => figure.name)).size).toBe(figures.length);
    expect(family.recipes.length).toBeGreaterThan(0);
  });
});
