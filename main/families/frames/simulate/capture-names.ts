/** File names as capture programs give them, with time stamps. */
import type { Dialect, Encoding, Target } from './night.ts';
import type { Random } from './random.ts';

export const dialects: readonly Dialect[] = ['nina', 'asiair', 'sgpro', 'ekos', 'maxim'];

export function filesUseDialect(random: Random): Dialect {
  return random.pick(dialects);
}

interface NamedFrame {
  readonly index: number;
  readonly dateObs: string;
  readonly encoding: Encoding;
}

function extensionOf(encoding: Encoding): string {
  if (encoding === 'fitsGz') return '.fits.gz';
  if (['rice', 'rice32', 'gzip1', 'gzip2', 'gzipFloat'].includes(encoding)) return '.fits.fz';
  return encoding === 'f64' ? '.fit' : '.fits';
}

/** The name a capture program would give the frame; unique within a night. */
export function fileNameOf(dialect: Dialect, frame: NamedFrame, target: Target): string {
  const object = target.name.replaceAll(' ', '');
  const number = String(frame.index + 1).padStart(4, '0');
  const exposure = target.exposureSeconds;
  const date = frame.dateObs.slice(0, 10);
  const time = frame.dateObs.slice(11, 19).replaceAll(':', '-');
  const stem: Record<Dialect, string> = {
    nina: `${date}_${time}_${target.filter}_-10.00_${exposure.toFixed(2)}s_${number}`,
    asiair: `Light_${object}_${exposure.toFixed(1)}s_Bin1_${target.filter}_${date.replaceAll('-', '')}-${time.replaceAll('-', '')}_${number}`,
    sgpro: `${object}_${exposure}sec_1x1_${target.filter}_frame${number}`,
    ekos: `${object}_Light_${target.filter}_${exposure}_secs_${date}T${time}_${number}`,
    maxim: `${object}-${number}${target.filter}`,
  };
  return stem[dialect] + extensionOf(frame.encoding);
}
