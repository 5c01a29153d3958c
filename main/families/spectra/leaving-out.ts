/** Stretches of energy about a resolution wide, each taken for what its neighbours lead one to expect: a peak less. */
import type { FamilyTensor, LeavingOut } from '../family.ts';
import { coarseEdges, fineBins, finekeV } from './energy-grid.ts';
import { spectraOf, tensorsOf } from './spectrum-tensors.ts';

/** Coarse bins are about a quarter of a resolution wide. */
const coarseBinsTogether = 4;

const edges = stretchEdges();

export const leavingOut: LeavingOut = {
  unit: 'keV',
  parts: edges.slice(1).map((to, part) => ({ from: edges[part]! * finekeV, to: to * finekeV })),
  without(item) {
    const fine = fineOf(item);
    return tensorsOf(edges.slice(1).map((to, part) => bridged(fine, edges[part]!, to)));
  },
  weakened: (item, share) => tensorsOf([fineOf(item).map((value) => value * share)]),
};

/** Fine bins at which the stretches begin; the last is their end. Below the coarse bins there is one stretch. */
function stretchEdges(): number[] {
  const kept = Array.from(coarseEdges).filter((_, place) => place % coarseBinsTogether === 0);
  return [0, ...kept.filter((edge) => edge > 0 && edge < fineBins), fineBins];
}

function fineOf(item: readonly FamilyTensor[]): Float64Array {
  const { shares, counts } = spectraOf(item, 1)[0]!;
  return shares.map((share) => share * counts);
}

/** Between `from` and `to` a straight line joins what lies on either side, averaged over as many bins. */
function bridged(fine: Float64Array, from: number, to: number): Float64Array {
  const width = to - from;
  const left = meanOf(fine, Math.max(0, from - width), from);
  const right = meanOf(fine, to, Math.min(fineBins, to + width));
  const result = fine.slice();
  for (let bin = from; bin < to; bin += 1) {
    const along = (bin + 0.5 - from) / width;
    result[bin] = (left ?? right ?? 0) * (1 - along) + (right ?? left ?? 0) * along;
  }
  return result;
}

function meanOf(fine: Float64Array, from: number, to: number): number | null {
  if (to <= from) return null;
  let sum = 0;
  for (let bin = from; bin < to; bin += 1) sum += fine[bin]!;
  return sum / (to - from);
}
