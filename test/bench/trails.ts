/**
 * Time of the trail search alone, on made-up skies: `node test/bench/trails.ts [megapixels …]`. CPU milliseconds of this
 * process are the figure to compare. Published for other tools on 1.23 and 26 megapixels: findsat_mrt 5,900 ms per
 * megapixel (bin 2), ASTRiDE 350.
 */
import { findTrails } from '../../main/families/frames/trails/find-trails.ts';
import { addField, addTrail, noiseScene, randomTrail, sceneInput } from '../families/frames/trails/scene.ts';

const repeats = 3;
const wanted = process.argv.slice(2).map(Number);

for (const megapixels of wanted.length > 0 ? wanted : [1.23, 6]) {
  const width = Math.round(Math.sqrt((megapixels * 4e6) / 3));
  const height = Math.round((width * 3) / 4);
  for (const trails of [0, 2]) {
    const scene = noiseScene(width, height, 7, 3.2);
    addField(scene, Math.round((width * height) / 800));
    for (let i = 0; i < trails; i++) addTrail(scene, randomTrail(scene, 3.3, 2 + 10 * i, width / 3));
    const input = sceneInput(scene);
    const times: number[] = [];
    let found = 0;
    for (let k = 0; k < repeats; k++) {
      const before = process.cpuUsage();
      found = findTrails(input).length;
      const used = process.cpuUsage(before);
      times.push((used.user + used.system) / 1000);
    }
    const best = Math.min(...times);
    const perMegapixel = (best / ((width * height) / 1e6)).toFixed(1);
    console.log(
      `${width} x ${height}, ${trails} trails: ${found} found, ${best.toFixed(0)} ms CPU, ${perMegapixel} ms per megapixel`,
    );
  }
}
