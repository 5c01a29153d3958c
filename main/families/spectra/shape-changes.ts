/** What a spectrum's shape becomes behind an absorber, beside a background, under another sky. Shares in, shares out. */
import { fineBins, finekeV, smoothed } from './energy-grid.ts';
import { normalised } from './templates.ts';

const energies = Float64Array.from({ length: fineBins }, (_, bin) => (bin + 0.5) * finekeV);

/** Photoelectric absorption grows about with the energy to the power of -2.8; thickness 1 takes 63 % at 100 keV. */
export function absorbed(shares: Float64Array, thickness: number): Float64Array {
  return thickness === 0 ? shares : normalised(behind(shares, thickness));
}

/** Share of the counts that comes through an absorber. */
export function passing(shares: Float64Array, thickness: number): number {
  return behind(shares, thickness).reduce((sum, share) => sum + share, 0);
}

function behind(shares: Float64Array, thickness: number): Float64Array {
  return shares.map((share, bin) => share * Math.exp(-thickness * (energies[bin]! / 100) ** -2.8));
}

/** @param part share of the first */
export function blend(one: Float64Array, other: Float64Array, part: number): Float64Array {
  return one.map((share, bin) => part * share + (1 - part) * other[bin]!);
}

/** Falls off with the energy otherwise: times (E / 300 keV) to the power of `exponent`. */
export function tilted(shares: Float64Array, exponent: number): Float64Array {
  if (exponent === 0) return shares;
  return normalised(shares.map((share, bin) => share * (energies[bin]! / 300) ** exponent));
}

/** Of potassium's counts: in the peak, the rest evenly below the Compton edge. */
const potassium = { kiloElectronVolts: 1460.8, comptonEdge: 1243, peakShare: 0.2 };
const potassiumShape = potassiumShapeOf();

/** A background of which `part` is further potassium: walls, crystals and glass hold more or less of it. */
export function withPotassium(shares: Float64Array, part: number): Float64Array {
  return part === 0 ? shares : blend(potassiumShape, shares, part);
}

function potassiumShapeOf(): Float64Array {
  const peak = new Float64Array(fineBins);
  peak[Math.floor(potassium.kiloElectronVolts / finekeV)] = 1;
  const flat = energies.map((energy) => Number(energy < potassium.comptonEdge));
  return blend(normalised(smoothed(peak, 1)), normalised(flat), potassium.peakShare);
}
