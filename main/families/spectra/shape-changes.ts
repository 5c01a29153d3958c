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
  const peak = smoothed(lineAt(potassium.kiloElectronVolts), 1);
  return blend(normalised(peak), between(0, potassium.comptonEdge), potassium.peakShare);
}

/**
 * Lanthanum-138 in the crystal of a detector of lanthanum bromide, as the detector itself counts it: two of three decays give
 * 1,436 keV, with the X-ray of barium on top of it (37 keV, or 5 where only the outer shell is open); the third gives 789 keV with an electron of up to
 * 258 keV that never leaves the crystal. What escapes leaves a Compton continuum, or the electron alone. The shares of full peaks, continua
 * and escapes are round figures for crystals of a few centimetres.
 */
const lanthanum = {
  capture: { share: 0.655, kiloElectronVolts: 1436, xRays: [37, 5], innerShare: 0.8, edge: 1219 },
  beta: { share: 0.345, kiloElectronVolts: 789, edge: 596, most: 258 },
  full: 0.25,
  escaped: 0.3,
};
/** Such crystals resolve lines better than sodium iodide: by this share of its width. */
const lanthanumResolution = 0.5;
const lanthanumShape = lanthanumShapeOf();

/** A background of which `part` is the lanthanum of the detector's own crystal. */
export function withLanthanum(shares: Float64Array, part: number): Float64Array {
  return part === 0 ? shares : blend(lanthanumShape, shares, part);
}

function lanthanumShapeOf(): Float64Array {
  const { capture, beta, full, escaped } = lanthanum;
  const electron = normalised(
    energies.map((energy) => (energy < beta.most ? (1 - energy / beta.most) ** 1.5 : 0)),
  );
  const [inner, outer] = capture.xRays.map((xRay) => lineAt(capture.kiloElectronVolts + xRay));
  const compton = between(capture.xRays[0]!, capture.edge + capture.xRays[0]!);
  // the X-ray alone lies below what is compared: such decays are not counted
  const captured = blend(blend(inner!, outer!, capture.innerShare), compton, full / (1 - escaped));
  const withElectron = (shape: Float64Array): Float64Array => addedEnergies(shape, electron);
  const peak = withElectron(lineAt(beta.kiloElectronVolts));
  const seen = blend(peak, withElectron(between(0, beta.edge)), full / (1 - escaped));
  const decayed = blend(electron, seen, escaped);
  const part = (capture.share * (1 - escaped)) / (capture.share * (1 - escaped) + beta.share);
  return normalised(smoothed(blend(captured, decayed, part), lanthanumResolution));
}

function lineAt(kiloElectronVolts: number): Float64Array {
  const line = new Float64Array(fineBins);
  line[Math.floor(kiloElectronVolts / finekeV)] = 1;
  return line;
}

function between(from: number, until: number): Float64Array {
  return normalised(energies.map((energy) => Number(energy > from && energy < until)));
}

/** Energies that are counted together: every one of the first with every one of the second. */
function addedEnergies(one: Float64Array, other: Float64Array): Float64Array {
  const sums = new Float64Array(fineBins);
  one.forEach((share, bin) => {
    if (share === 0) return;
    for (let more = 0; bin + more < fineBins && other[more]! > 0; more += 1)
      sums[bin + more]! += share * other[more]!;
  });
  return sums;
}
