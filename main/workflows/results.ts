/** A session as tables for other programs, and the journal of what was done to files. */
import { basename, join } from 'node:path';
import type { OperationRow, ResultFormat } from '../../contract/calls/results.ts';
import { quotedCell } from '../formats/csv/quoted-cell.ts';
import type { Library } from '../library/open-library.ts';
import type { Session } from '../library/sessions.ts';
import { type SeenItem, seenItems } from './looking/rows.ts';
import { findSession } from './sessions.ts';

/** UTF-8 text. Errors: notFound. */
export function resultFile(library: Library, reference: string, format: ResultFormat): Uint8Array {
  const session = findSession(library, reference);
  const judged = seenItems(library, session).filter(({ decision }) => decision !== null);
  return new TextEncoder().encode(writers[format](judged, session));
}

type Writer = (seen: readonly SeenItem[], session: Session) => string;

const writers: Readonly<Record<ResultFormat, Writer>> = {
  nightsift: (seen) =>
    table(
      [
        'file',
        'label',
        'labelled_by',
        'score',
        'time',
        'object',
        'filter',
        'exposure_s',
        'fwhm_px',
        'fwhm_arcsec',
        'hfr_px',
        'eccentricity',
        'stars',
        'background_adu',
        'noise_adu',
        'snr',
        'transparency',
        'weight',
        'findings',
      ], // prettier-ignore
      seen.map((each) => {
        const { item, decision, measurement, judgement } = each;
        const figures = judgement?.measurements;
        return [
          item.file,
          decision?.label,
          decision?.labelledBy,
          decision?.score,
          measurement?.header?.dateObs,
          measurement?.header?.object,
          measurement?.header?.filter,
          measurement?.header?.exposureSeconds,
          figures?.fwhm,
          figures?.fwhmArcsec,
          figures?.hfr,
          figures?.eccentricity,
          figures?.starCount,
          figures?.background,
          figures?.noise,
          figures?.snr,
          figures?.transparency,
          figures?.weight,
          (judgement?.findings ?? []).map(({ code }) => code).join(' '),
        ];
      }),
    ),
  // The names of the columns of SubframeSelector's own table. What it computes otherwise is left empty.
  subframeselector: (seen, { root }) =>
    table(
      [
        'Index',
        'Approved',
        'Locked',
        'File',
        'Weight',
        'FWHM',
        'Eccentricity',
        'PSFSignalWeight',
        'PSFSNR',
        'Median',
        'Noise',
        'Stars',
      ],
      seen.map(({ item, decision, judgement }, index) => [
        index + 1,
        decision?.label === 'clean' ? 'true' : 'false',
        decision?.labelledBy === 'person' ? 'true' : 'false',
        join(root, item.file),
        judgement?.measurements?.weight,
        judgement?.measurements?.fwhm,
        judgement?.measurements?.eccentricity,
        judgement?.measurements?.psfSignalWeight,
        judgement?.measurements?.psfSnr,
        judgement?.measurements?.background,
        judgement?.measurements?.noise,
        judgement?.measurements?.starCount,
      ]),
    ),
  // The figures of Siril's plot; roundness is b/a there.
  siril: (seen) =>
    table(
      ['Filename', 'Selected', 'FWHM', 'wFWHM', 'Roundness', 'Background', 'Number of Stars', 'Quality'],
      seen.map(({ item, decision, judgement }) => [
        basename(item.file),
        decision?.label === 'clean' ? 1 : 0,
        judgement?.measurements?.fwhm,
        judgement?.measurements?.wfwhm,
        roundness(judgement?.measurements?.ellipticity),
        judgement?.measurements?.background,
        judgement?.measurements?.starCount,
        decision?.score,
      ]),
    ),
  accepted: (seen, { root }) => list(seen, root, 'clean'),
  rejected: (seen, { root }) => list(seen, root, 'contaminated'),
  keywords: (seen, { root }) =>
    table(
      ['file', 'keyword', 'value', 'comment'],
      seen.flatMap(({ item, decision, judgement }) => {
        const file = join(root, item.file);
        const weight = decision?.label === 'clean' ? (judgement?.measurements?.weight ?? 0) : 0;
        return [
          [file, 'SSWEIGHT', weight, 'Weight of the frame, 0 when not accepted'],
          [file, 'NSLABEL', decision?.label, 'Verdict on the frame'],
          [file, 'NSSCORE', decision?.score, 'Probability that it is worth stacking'],
        ];
      }),
    ),
};

function roundness(ellipticity: number | null | undefined): number | null {
  return ellipticity == null ? null : 1 - ellipticity;
}

function list(seen: readonly SeenItem[], root: string, label: string): string {
  return seen
    .filter(({ decision }) => decision?.label === label)
    .map(({ item }) => `${join(root, item.file)}\n`)
    .join('');
}

type Cell = string | number | null | undefined;

/** RFC 4180 with a header line. Texts that a spreadsheet would run as a formula get an apostrophe. */
function table(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows].map((row) => `${row.map(cellText).join(',')}\r\n`).join('');
}

function cellText(cell: Cell): string {
  if (cell == null) return '';
  if (typeof cell === 'number') return String(Number(cell.toPrecision(8)));
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return quotedCell(safe);
}

/** What sorting did, newest first. */
export function listOperations(library: Library): OperationRow[] {
  return library.operations
    .list()
    .reverse()
    .map(({ id, action, sessionId, destination, status, plannedAt }) => {
      const files = library.operations.files(id);
      const session = sessionId === null ? undefined : library.sessions.byId(sessionId);
      return {
        id,
        action,
        session: session?.name ?? null,
        into: destination,
        status,
        plannedAt,
        files: files.length,
        done: files.filter((file) => file.status === 'done').length,
      };
    });
}
