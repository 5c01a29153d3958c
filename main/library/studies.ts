/** Studies: one search for settings each, with its trials and what they were judged on. */
import { NightsiftError } from '../../contract/errors.ts';
import type { Family } from '../../contract/words.ts';
import type { Catalogue } from './catalogue.ts';
import type { RunStatus } from './runs.ts';

export interface Study {
  readonly id: string;
  /** The named question it belongs to. */
  readonly name: string;
  readonly family: Family;
  readonly status: RunStatus;
  readonly datasetVersionId: number;
  /** What was asked, as the workflow understands it. */
  readonly definition: unknown;
  /** The training of the best, once it has begun. */
  readonly runId: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
}

export interface TrialScore {
  /** Of the full resource, above 0 up to 1. */
  readonly share: number;
  readonly figures: Readonly<Record<string, number>>;
  readonly deviations: Readonly<Record<string, number>>;
  /** Why it could not be judged. */
  readonly error: string | null;
  readonly seconds: number;
}

export interface StoredTrial {
  readonly number: number;
  readonly settings: Readonly<Record<string, unknown>>;
  /** In the order of their shares. */
  readonly scores: readonly TrialScore[];
}

export interface NewStudy {
  /** `-2`, `-3`, … is added when it is taken. */
  readonly id: string;
  readonly name: string;
  readonly family: Family;
  readonly datasetVersionId: number;
  readonly definition: unknown;
  readonly trials: readonly Readonly<Record<string, unknown>>[];
}

export interface StudiesRepository {
  start(study: NewStudy): Study;
  /** Errors: notFound. An unambiguous beginning of the id will do. */
  need(id: string): Study;
  /** The newest last. */
  list(): Study[];
  trials(id: string): StoredTrial[];
  addScore(id: string, number: number, score: TrialScore): void;
  setRun(id: string, run: string): void;
  reopen(id: string): Study;
  end(
    id: string,
    outcome: {
      readonly status: Exclude<RunStatus, 'running'>;
      readonly code?: string;
      readonly message?: string;
    },
  ): void;
  /** At start: studies left `running` by a killed process become `interrupted`; returns which. */
  markInterrupted(): string[];
}

type StudyRow = Omit<Study, 'definition'> & { readonly definition: string };
type ScoreRow = Omit<TrialScore, 'figures' | 'deviations'> & {
  readonly number: number;
  readonly figures: string;
  readonly deviations: string;
};

const columns = `id, name, family, status, dataset_version_id AS datasetVersionId, definition, run_id AS runId,
  started_at AS startedAt, ended_at AS endedAt, error_code AS errorCode, error_message AS errorMessage`;
const studyOf = (row: StudyRow): Study => ({ ...row, definition: JSON.parse(row.definition) });

export function studiesRepository(catalogue: Catalogue, now: () => string): StudiesRepository {
  const need = (id: string) => needStudy(catalogue, id);
  return {
    start: (study) => catalogue.transaction(() => insert(catalogue, study, now())),
    need,
    list: () => catalogue.all<StudyRow>(`SELECT ${columns} FROM studies ORDER BY rowid`).map(studyOf),
    trials: (id) => trialsOf(catalogue, id),
    addScore: (id, number, score) =>
      void catalogue.run(
        `INSERT INTO trial_scores (study_id, number, share, figures, deviations, error, seconds, measured_at)
         VALUES (@id, @number, @share, @figures, @deviations, @error, @seconds, @at)`,
        {
          ...score,
          id,
          number,
          figures: JSON.stringify(score.figures),
          deviations: JSON.stringify(score.deviations),
          at: now(),
        },
      ),
    setRun: (id, run) => void catalogue.run('UPDATE studies SET run_id = @run WHERE id = @id', { id, run }),
    reopen(id) {
      catalogue.run(
        `UPDATE studies SET status = 'running', ended_at = NULL, error_code = NULL, error_message = NULL
         WHERE id = @id AND status <> 'finished'`,
        { id: need(id).id },
      );
      return need(id);
    },
    end: (id, { status, code, message }) =>
      void catalogue.run(
        `UPDATE studies SET status = @status, ended_at = @at, error_code = @code, error_message = @message
         WHERE id = @id`,
        { id, status, at: now(), code: code ?? null, message: message ?? null },
      ),
    markInterrupted: () =>
      catalogue.transaction(() => {
        const left = catalogue.all<{ id: string }>(
          "SELECT id FROM studies WHERE status = 'running' ORDER BY rowid",
        );
        catalogue.run("UPDATE studies SET status = 'interrupted', ended_at = @at WHERE status = 'running'", {
          at: now(),
        });
        return left.map(({ id }) => id);
      }),
  };
}

function insert(catalogue: Catalogue, study: NewStudy, at: string): Study {
  let { id } = study;
  for (
    let count = 2;
    catalogue.get('SELECT 1 FROM studies WHERE id = @id', { id }) !== undefined;
    count += 1
  ) {
    id = `${study.id}-${count}`;
  }
  catalogue.run(
    `INSERT INTO studies (id, name, family, status, dataset_version_id, definition, started_at)
     VALUES (@id, @name, @family, 'running', @datasetVersionId, @definition, @at)`,
    {
      id,
      name: study.name,
      family: study.family,
      datasetVersionId: study.datasetVersionId,
      definition: JSON.stringify(study.definition),
      at,
    },
  );
  study.trials.forEach((settings, number) => {
    catalogue.run('INSERT INTO trials (study_id, number, settings) VALUES (@id, @number, @settings)', {
      id,
      number,
      settings: JSON.stringify(settings),
    });
  });
  return needStudy(catalogue, id);
}

function needStudy(catalogue: Catalogue, id: string): Study {
  const rows = catalogue.all<StudyRow>(
    `SELECT ${columns} FROM studies WHERE id = @id OR substr(id, 1, length(@id)) = @id ORDER BY length(id) LIMIT 2`,
    { id },
  );
  const exact = rows.find((row) => row.id === id) ?? (rows.length === 1 ? rows[0] : undefined);
  if (exact !== undefined) return studyOf(exact);
  const found = rows.length === 0 ? 'There is no study' : 'Several studies begin with';
  throw new NightsiftError('notFound', `${found} "${id}".`, {
    hint: 'List them with nightsift studies list.',
    details: { id },
  });
}

function trialsOf(catalogue: Catalogue, id: string): StoredTrial[] {
  const scores = new Map<number, TrialScore[]>();
  for (const { number, ...row } of catalogue.all<ScoreRow>(
    `SELECT number, share, figures, deviations, error, seconds FROM trial_scores WHERE study_id = @id
     ORDER BY number, share`,
    { id },
  )) {
    const score = { ...row, figures: JSON.parse(row.figures), deviations: JSON.parse(row.deviations) };
    scores.set(number, [...(scores.get(number) ?? []), score]);
  }
  return catalogue
    .all<{ number: number; settings: string }>(
      'SELECT number, settings FROM trials WHERE study_id = @id ORDER BY number',
      { id },
    )
    .map(({ number, settings }) => ({
      number,
      settings: JSON.parse(settings),
      scores: scores.get(number) ?? [],
    }));
}
