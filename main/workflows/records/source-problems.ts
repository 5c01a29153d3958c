/** What was wrong with the files of sessions, for those who train on them and did not look at the scan. */
import type { Library } from '../../library/open-library.ts';
import type { Session } from '../../library/sessions.ts';
import type { Source } from '../../library/sources.ts';

/** Problems told of a file, files told of. */
const mostTold = 5;

/** The first problems of each file, and the files that were refused. */
export function sourceWarnings(library: Library, sessions: readonly Session[]): string[] {
  const told = sessions.flatMap(({ id }) => library.sources.list(id)).filter(hasProblems);
  const more = told.length - mostTold;
  return [
    ...told.slice(0, mostTold).map(warningOf),
    ...(more > 0 ? [`${more} further files have problems: nightsift scan tells them.`] : []),
  ];
}

/** Why there is nothing to learn from; undefined where some file was read. */
export function refusalOfAll(library: Library, sessions: readonly Session[]): string | undefined {
  const sources = sessions.flatMap(({ id }) => library.sources.list(id));
  const refused = sources.filter(({ status }) => status === 'failed');
  if (refused.length === 0 || refused.length < sources.length) return undefined;
  return refused.slice(0, mostTold).map(warningOf).join(' ');
}

function hasProblems({ status, problems }: Source): boolean {
  return status === 'failed' || problems.length > 0;
}

function warningOf({ file, status, errorMessage, problems }: Source): string {
  if (status === 'failed')
    return errorMessage?.includes(file) ? errorMessage : `${file}: ${errorMessage ?? 'refused'}`;
  const more = problems.length - mostTold;
  const sentences = problems.slice(0, mostTold).map(({ sentence }) => sentence);
  return `${file}: ${sentences.join(' ')}${more > 0 ? ` And ${more} more: nightsift scan tells them.` : ''}`;
}
