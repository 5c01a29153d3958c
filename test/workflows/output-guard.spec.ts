import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodeModel } from '../../main/formats/onnx/index.ts';
import { pngWithDrawing } from '../../main/formats/raster/write-png.ts';
import { Graph } from '../../main/learning/graph/graph.ts';
import { isSpecialFile, modelBeginning, refuseForeignFile } from '../../main/workflows/files/output-guard.ts';
import { temporaryFolder } from '../library/temporary-folder.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const refusal = expect.objectContaining({ code: 'wouldOverwrite' });

describe('what an output may replace', () => {
  const scan = '{\n  "schema": "nightsift.scan/1",\n  "session": "one"\n}\n';

  it.each([
    ['nothing', null, scan],
    ['an empty file', '', scan],
    ['its own earlier JSON', '{"schema":"nightsift.scan/1","session":"another"}', scan],
    ['JSON of another command', '{"schema":"nightsift.predict/1"}', scan],
    ['the same content of whatever kind', 'time;value\n1;2\n', 'time;value\n1;2\n'],
    ['an earlier list', '[\n  {\n    "name": "a"', scan],
    ['an empty list', '[]\n', scan],
    ['its own earlier table', 'file,label\nx.fits,clean\n', 'file,label\n'],
    ['its own earlier page', '<!DOCTYPE html><p>old', '<!doctype html><p>new'],
  ])('%s is replaced', (_, there, next) => {
    const file = join(temporaryFolder(), 'out');
    if (there !== null) writeFileSync(file, there);
    expect(() => refuseForeignFile(file, bytes(next))).not.toThrow();
  });

  it.each([
    [
      'a FITS frame',
      `${'SIMPLE  =                    T'.padEnd(80)}${'BITPIX  =                   16'.padEnd(80)}`,
      scan,
    ],
    ['a FITS frame under a table', `${'SIMPLE  =                    T / a, b'.padEnd(2880)}\n`, 'a,b\n1,2\n'],
    ['a list of a person', '[{"name":"b"}]', scan],
    ['records of a person', '{"time": 1, "value": 2}\n', scan],
    ['a table of another kind', 'time,value\n1,2\n', 'file,label\n'],
    ['a text', 'notes of the night\n', 'file,label\n'],
    ['a picture', '\x89PNG\r\n', scan],
  ])('%s is left as it is', (_, there, next) => {
    const file = join(temporaryFolder(), 'out');
    writeFileSync(file, there, 'latin1');
    expect(() => refuseForeignFile(file, bytes(next))).toThrow(refusal);
    expect(readFileSync(file, 'latin1')).toBe(there);
  });

  it('a folder is no file to write', () => {
    const wrongUse = expect.objectContaining({ code: 'wrongUse' });
    expect(() => refuseForeignFile(temporaryFolder(), bytes('x'))).toThrow(wrongUse);
  });

  it('a model of ours is known before another is written', () => {
    const graph = new Graph();
    const outputs = { y: graph.apply('Relu', [graph.input('x', 'float32', [1])]) };
    const file = join(temporaryFolder(), 'model.onnx');
    writeFileSync(file, encodeModel(graph.toModel({ name: 'm', outputs })));
    expect(() => refuseForeignFile(file, modelBeginning)).not.toThrow();
    writeFileSync(file, 'weights of another');
    expect(() => refuseForeignFile(file, modelBeginning)).toThrow(refusal);
  });

  it('a picture that was drawn here is replaced, another is not', async () => {
    const draw = (colour: string) =>
      pngWithDrawing(
        { width: 2, height: 2, channels: 1, data: new Uint8Array(4) },
        {
          svg: `<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><rect width="4" height="4" fill="${colour}"/></svg>`,
          width: 4,
          height: 4,
        },
      );
    const [red, blue] = [await draw('#f00'), await draw('#00f')];
    expect((await sharp(red).removeAlpha().raw().toBuffer()).subarray(0, 3)).toEqual(Buffer.of(255, 0, 0));
    const file = join(temporaryFolder(), 'frame.fits.png');
    writeFileSync(file, red);
    expect(() => refuseForeignFile(file, blue)).not.toThrow();
    writeFileSync(file, await sharp(red).png().toBuffer());
    expect(() => refuseForeignFile(file, blue)).toThrow(refusal);
  });

  it('looks through links, and leaves devices to be written into', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'frame.fits'), 'SIMPLE  =');
    symlinkSync(join(folder, 'frame.fits'), join(folder, 'out.json'));
    expect(() => refuseForeignFile(join(folder, 'out.json'), bytes(scan))).toThrow(refusal);
    expect(() => refuseForeignFile('/dev/null', bytes(scan))).not.toThrow();
    expect([isSpecialFile('/dev/null'), isSpecialFile(folder), isSpecialFile(join(folder, 'none'))]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
