/** What was measured (by content and code version) and how it was judged (by item). */
import type { Finding, FrameHeader, FrameMeasurements } from '../../contract/words.ts';
import type { Catalogue } from './catalogue.ts';
import { floatBytes, floatsOf } from './columns.ts';
import type { ItemStatus } from './sessions.ts';

export interface Measurement {
  readonly contentHash: string;
  readonly codeVersion: string;
  readonly status: ItemStatus;
  readonly byteLength: number;
  readonly width: number | null;
  readonly height: number | null;
  readonly header: FrameHeader | null;
  /** The encoded record among the blobs; null unless status is ok. */
  readonly recordBlob: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly reason: string | null;
}

export interface Judgement {
  readonly itemId: number;
  readonly contentHash: string | null;
  readonly codeVersion: string;
  /** See policyKey. */
  readonly policy: string;
  readonly score: number;
  readonly measurements: FrameMeasurements | null;
  readonly features: Float32Array | null;
  readonly findings: readonly Finding[];
}

type MeasurementRow = Omit<Measurement, 'header'> & { readonly header: string | null };
interface JudgementRow {
  readonly itemId: number;
  readonly contentHash: string | null;
  readonly codeVersion: string;
  /** See policyKey. */
  readonly policy: string;
  readonly score: number;
  readonly measurements: string | null;
  readonly features: Uint8Array | null;
}
type FindingRow = Omit<Finding, 'evidence' | 'cause'> & {
  readonly itemId: number;
  readonly evidence: string;
  readonly cause: string | null;
};

const measurementColumns = `content_hash AS contentHash, code_version AS codeVersion, status,
  byte_length AS byteLength, width, height, header, record_blob AS recordBlob, error_code AS errorCode,
  error_message AS errorMessage, reason`;

export interface MeasurementsRepository {
  find(contentHash: string, codeVersion: string): Measurement | undefined;
  /** The latest of any code version, for showing. */
  newest(contentHash: string): Measurement | undefined;
  /** The latest of each present item of a session, by the item's id. */
  newestOfSession(sessionId: number): Map<number, Measurement>;
  save(measurement: Measurement): void;
  /** Contents of that length measured by that code: a worker that meets one need not measure it. */
  knownContents(
    codeVersion: string,
    byteLength: number,
  ): { readonly contentHash: string; readonly recordBlob: string | null }[];
  /** Items of a session with a finding that no model may overrule. */
  itemsWithFindings(sessionId: number, codes: readonly string[]): Set<number>;
  saveJudgement(judgement: Judgement): void;
  /** What explains each finding of an item, in their order; null: nothing known. */
  setCauses(itemId: number, causes: readonly (string | null)[]): void;
  judgement(itemId: number): Judgement | undefined;
  judgements(sessionId: number): Map<number, Judgement>;
}

export function measurementsRepository(catalogue: Catalogue, now: () => string): MeasurementsRepository {
  const one = (where: string, values: Record<string, string>): Measurement | undefined => {
    const row = catalogue.get<MeasurementRow>(
      `SELECT ${measurementColumns} FROM measurements WHERE ${where}`,
      values,
    );
    return row && { ...row, header: row.header === null ? null : JSON.parse(row.header) };
  };
  return {
    find: (contentHash, codeVersion) =>
      one('content_hash = @contentHash AND code_version = @codeVersion', { contentHash, codeVersion }),
    newest: (contentHash) =>
      one('content_hash = @contentHash ORDER BY measured_at DESC LIMIT 1', { contentHash }),
    newestOfSession(sessionId) {
      const rows = catalogue.all<MeasurementRow & { readonly itemId: number }>(
        `SELECT items.id AS itemId, measured.*
         FROM items JOIN (SELECT ${measurementColumns}, measured_at AS measuredAt FROM measurements) AS measured
           ON measured.contentHash = items.content_hash
         WHERE items.session_id = @sessionId AND items.present = 1 ORDER BY measuredAt`,
        { sessionId },
      );
      return new Map(
        rows.map(({ itemId, ...row }) => [
          itemId,
          { ...row, header: row.header === null ? null : JSON.parse(row.header) },
        ]),
      );
    },
    save: (measurement) =>
      void catalogue.run(
        `INSERT OR REPLACE INTO measurements (content_hash, code_version, status, byte_length, width, height,
           header, record_blob, error_code, error_message, reason, measured_at)
         VALUES (@contentHash, @codeVersion, @status, @byteLength, @width, @height,
           @header, @recordBlob, @errorCode, @errorMessage, @reason, @at)`,
        {
          ...measurement,
          header: measurement.header === null ? null : JSON.stringify(measurement.header),
          at: now(),
        },
      ),
    knownContents: (codeVersion, byteLength) =>
      catalogue.all<{ contentHash: string; recordBlob: string | null }>(
        `SELECT content_hash AS contentHash, record_blob AS recordBlob FROM measurements
         WHERE code_version = @codeVersion AND byte_length = @byteLength`,
        { codeVersion, byteLength },
      ),
    itemsWithFindings: (sessionId, codes) =>
      new Set(
        catalogue
          .all<{ itemId: number }>(
            `SELECT DISTINCT item_id AS itemId FROM findings
             WHERE item_id IN (SELECT id FROM items WHERE session_id = @sessionId)
               AND code IN (SELECT value FROM json_each(@codes))`,
            { sessionId, codes: JSON.stringify(codes) },
          )
          .map((row) => row.itemId),
      ),
    saveJudgement: (judgement) => saveJudgement(catalogue, judgement, now()),
    setCauses(itemId, causes) {
      causes.forEach((cause, ordinal) => {
        catalogue.run('UPDATE findings SET cause = @cause WHERE item_id = @itemId AND ordinal = @ordinal', {
          cause,
          itemId,
          ordinal,
        });
      });
    },
    judgement(itemId) {
      return readJudgements(catalogue, 'item_id = @id', itemId).get(itemId);
    },
    judgements: (sessionId) =>
      readJudgements(catalogue, 'item_id IN (SELECT id FROM items WHERE session_id = @id)', sessionId),
  };
}

function saveJudgement(catalogue: Catalogue, judgement: Judgement, at: string): void {
  const { findings, itemId, measurements, features, contentHash, codeVersion, policy, score } = judgement;
  catalogue.transaction(() => {
    catalogue.run(
      `INSERT OR REPLACE INTO judgements (item_id, content_hash, code_version, policy, score, measurements,
         features, judged_at)
       VALUES (@itemId, @contentHash, @codeVersion, @policy, @score, @measurements, @features, @at)`,
      {
        itemId,
        contentHash,
        codeVersion,
        policy,
        score,
        measurements: measurements === null ? null : JSON.stringify(measurements),
        features: features === null ? null : floatBytes(features),
        at,
      },
    );
    catalogue.run('DELETE FROM findings WHERE item_id = @itemId', { itemId });
    findings.forEach((finding, ordinal) => {
      catalogue.run(
        `INSERT INTO findings (item_id, ordinal, code, severity, confidence, sentence, evidence, cause)
         VALUES (@itemId, @ordinal, @code, @severity, @confidence, @sentence, @evidence, @cause)`,
        {
          ...finding,
          itemId,
          ordinal,
          evidence: JSON.stringify(finding.evidence),
          cause: finding.cause ?? null,
        },
      );
    });
  });
}

function readJudgements(catalogue: Catalogue, where: string, id: number): Map<number, Judgement> {
  const findings = new Map<number, Finding[]>();
  const findingRows = catalogue.all<FindingRow>(
    `SELECT item_id AS itemId, code, severity, confidence, sentence, evidence, cause
     FROM findings WHERE ${where} ORDER BY item_id, ordinal`,
    { id },
  );
  for (const { itemId, cause, evidence, ...rest } of findingRows) {
    const finding: Finding = {
      ...rest,
      evidence: JSON.parse(evidence),
      ...(cause === null ? {} : { cause }),
    };
    const list = findings.get(itemId);
    if (list === undefined) findings.set(itemId, [finding]);
    else list.push(finding);
  }
  const rows = catalogue.all<JudgementRow>(
    `SELECT item_id AS itemId, content_hash AS contentHash, code_version AS codeVersion, policy, score,
       measurements, features
     FROM judgements WHERE ${where}`,
    { id },
  );
  return new Map(
    rows.map((row) => [
      row.itemId,
      {
        ...row,
        measurements: row.measurements === null ? null : JSON.parse(row.measurements),
        features: row.features === null ? null : floatsOf(row.features),
        findings: findings.get(row.itemId) ?? [],
      },
    ]),
  );
}
