/** The kinds of remote source. A new kind: a file of its own and one line here. Presets are brought by families. */
import { NightsiftError } from '../../contract/errors.ts';
import { httpSource } from './http/http-source.ts';
import { huggingFaceSource } from './hugging-face/hugging-face-source.ts';
import { s3Source } from './s3/s3-source.ts';
import { safecastSource } from './safecast-source.ts';
import type { RemoteSource, SourceKind, SourcePorts } from './source.ts';

/** In the order in which they are asked whether an address is theirs. */
export const sourceKinds: readonly SourceKind[] = [s3Source, huggingFaceSource, safecastSource, httpSource];

/** A short name for an address: `preset:NAME`. */
export interface SourcePreset {
  readonly name: string;
  /** What it stands for. */
  readonly address: string;
}

/** `preset:NAME`, with `?…` for what the preset leaves open, becomes the address it stands for. Errors: wrongUse. */
export function openSource(
  address: string,
  ports: SourcePorts,
  presets: readonly SourcePreset[] = [],
): RemoteSource {
  const plain = /^preset:/i.test(address) ? presetAddress(address, presets) : address;
  const kind = sourceKinds.find((each) => each.claims(plain));
  if (kind !== undefined) return kind.open(plain, ports);
  throw new NightsiftError('wrongUse', `Nothing here reads from "${address}".`, {
    hint: `Known: ${sourceKinds.map(({ form }) => form).join('; ')}; preset:NAME; files and folders of this machine.`,
  });
}

function presetAddress(address: string, presets: readonly SourcePreset[]): string {
  const [name = '', ...query] = address.slice('preset:'.length).split('?');
  const preset = presets.find((each) => each.name === name);
  if (preset !== undefined)
    return query.length === 0 ? preset.address : `${preset.address}?${query.join('?')}`;
  throw new NightsiftError('wrongUse', `There is no preset "${name}".`, {
    hint: `Presets: ${presets.map((each) => each.name).join(', ')}.`,
  });
}
