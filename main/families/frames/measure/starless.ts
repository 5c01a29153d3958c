/** The frame with the stars that were found taken off: seen through patches, nothing of the frame is changed. */
import { addStar, type FitModel, type StarFit } from './fit-star.ts';
import type { Patch } from './patch.ts';
import { StarPlaces } from './star-places.ts';

/** Where patches come from: the residuals, or the same without their stars. */
export interface PatchSource {
  readonly width: number;
  readonly height: number;
  /** The pixels within `radius` of (x, y) along both axes, as far as the frame reaches. The next call overwrites it. */
  patch(x: number, y: number, radius: number): Patch;
}

/** Something whose light is taken off; its fit may change. */
export interface Light {
  fit: StarFit;
}

interface PlacedLight {
  readonly x: number;
  readonly y: number;
  readonly light: Light;
}

/** Fits move stars by less than this after they were placed, px. */
const drift = 3;

export class Starless implements PatchSource {
  readonly width: number;
  readonly height: number;
  readonly #source: PatchSource;
  readonly #model: FitModel;
  readonly #places: StarPlaces<PlacedLight>;

  constructor(source: PatchSource, model: FitModel) {
    this.width = source.width;
    this.height = source.height;
    this.#source = source;
    this.#model = model;
    this.#places = new StarPlaces(source.width, Math.max(24, 2 * model.psf.radius));
  }

  /** Takes the light of a star off from now on. */
  take(light: Light): void {
    this.#places.add({ x: light.fit.x, y: light.fit.y, light });
  }

  /** True when no other star's light falls within `radius` of a star, along both axes. */
  standsAlone(light: Light, radius: number): boolean {
    const { x, y } = light.fit;
    const reach = this.#model.psf.radius + radius + drift;
    return !this.#places.visitSquare(x, y, reach, (place) => place.light !== light);
  }

  /** The patch round a place without any star, but for `kept`. */
  patch(x: number, y: number, radius: number, kept: Light | null = null): Patch {
    const patch = this.#source.patch(x, y, radius);
    const reach = this.#model.psf.radius + radius + drift;
    this.#places.visitSquare(x, y, reach, ({ light }) => {
      if (light !== kept) addStar(patch, this.#model, light.fit, -1);
    });
    return patch;
  }
}
