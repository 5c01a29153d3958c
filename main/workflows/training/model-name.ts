/** What a model may be called. */
import { NightsiftError } from '../../../contract/errors.ts';
import type { DatasetVersion } from '../../library/datasets.ts';

const longestName = 200;

/**
 * The name asked for, else that of the data set.
 * @throws NightsiftError `wrongUse` for names that are empty or would be taken for a path, a file or a version
 */
export function modelName(asked: string | undefined, version: Pick<DatasetVersion, 'name'>): string {
  if (asked === undefined || asked === version.name) return version.name;
  const why = whyNot(asked);
  if (why === null) return asked;
  throw new NightsiftError('wrongUse', `A model cannot be called ${JSON.stringify(asked)}: ${why}.`, {
    hint: 'Give a short name, such as --name judge.',
    details: { name: asked },
  });
}

function whyNot(name: string): string | null {
  if (name.trim() === '') return 'the name is empty';
  if (name !== name.trim()) return 'it begins or ends with a blank';
  if (name.length > longestName) return `it has more than ${longestName} characters`;
  if (/[\\/]/.test(name)) return 'it holds a slash, as paths do';
  if (/\p{Cc}/u.test(name)) return 'it holds a control character';
  if (/^\.+$/.test(name)) return 'it is the name of a folder';
  if (/\.onnx$/i.test(name)) return 'it ends as model files do';
  if (/@(\d+|none|staging|production|archived)$/.test(name)) return 'it ends as a version does';
  return null;
}
