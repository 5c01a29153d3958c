/** The first estimate of the sky, stars not yet known. */
import type { BackgroundMesh } from '../record.ts';
import type { StoredFrame } from '../stored-frame.ts';
import { chooseCellPixels, fillMesh, measureMesh, smoothMesh } from './mesh.ts';
import { type FrameLattices, latticesOf } from './mosaic.ts';

export interface Sky {
  readonly lattices: FrameLattices;
  /** One mesh for each lattice, filled and smoothed: what is taken off the frame. */
  readonly meshes: readonly BackgroundMesh[];
  /** The mesh that stands for the frame as it was measured: that of mono, the mean of the two greens of a mosaic. */
  readonly measured: BackgroundMesh;
}

/** `quantum`: step of the stored values, physical units. */
export function measureSky(frame: StoredFrame, quantum: number): Sky {
  const lattices = latticesOf(frame);
  const cellPixels = chooseCellPixels(frame.width, frame.height);
  const meshes = lattices.lattices.map((lattice) =>
    frame.space.borrow(() => measureMesh({ frame, lattice, cellPixels, quantum })),
  );
  const measured = meanMesh(lattices.measured.map((index) => meshes[index]));
  return { lattices, meshes: meshes.map((mesh) => smoothMesh(fillMesh(mesh))), measured };
}

function meanMesh(meshes: readonly BackgroundMesh[]): BackgroundMesh {
  if (meshes.length === 1) return meshes[0];
  const mean = (pick: (mesh: BackgroundMesh) => Float32Array) =>
    pick(meshes[0]).map((value, i) => (value + pick(meshes[1])[i]) / 2);
  return { ...meshes[0], level: mean((mesh) => mesh.level), sigma: mean((mesh) => mesh.sigma) };
}
