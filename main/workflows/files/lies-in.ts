/** Whether a folder is another one or lies below it. */
import { resolve, sep } from 'node:path';

export function liesIn(root: string, folder: string): boolean {
  const [above, below] = [resolve(root), resolve(folder)];
  return below === above || below.startsWith(above.endsWith(sep) ? above : above + sep);
}

/** What a person should know who puts copies of frames among the frames; null where they lie apart. */
export function copiesAmongFrames(root: string, into: string): string | null {
  return liesIn(root, into)
    ? `${into} lies in the folder of the frames, ${root}: the next scan of it takes what is there for further frames. A folder beside it would not.`
    : null;
}
