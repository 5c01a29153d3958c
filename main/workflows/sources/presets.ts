/** Addresses that families know by a short name, with the family that reads what lies there. */
import { families } from '../../families/index.ts';

export const sourcePresets = families.flatMap(({ name: family, presets = [] }) =>
  presets.map((preset) => ({ ...preset, family })),
);
