/** A server for each kind of source, with the same three files where it has files at all. */

import { openServer, type TestServer } from '../sources/servers/file-server.ts';
import { openHubServer } from '../sources/servers/hub-server.ts';
import { openS3Server } from '../sources/servers/s3-server.ts';
import { type TrialPorts, trialPorts } from '../sources/trial-ports.ts';

export interface SourceTrial {
  readonly address: string;
  readonly ports: TrialPorts;
  /** Takes the requests for bytes; faults are put in here. */
  readonly bytesFrom: TestServer;
  readonly listsFrom: TestServer | null;
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Of something that is not there. */
  readonly missing: string;
  /** What must never be shown. */
  readonly secret: string | null;
  readonly canResume: boolean;
}

const bytes = (length: number, step: number) =>
  Uint8Array.from({ length }, (_, index) => (index * step) % 253);

export const threeFiles: Readonly<Record<string, Uint8Array>> = {
  'one.csv': bytes(3000, 3),
  'two & three/größe +1.csv': bytes(4000, 5),
  'two & three/b.csv': bytes(10, 7),
};

export const sourceTrials: Readonly<Record<string, () => Promise<SourceTrial>>> = {
  async s3() {
    const keys = { accessKey: 'AKID', secretKey: 'se/cret', token: 'tok+en' };
    const server = await openS3Server({ bucket: 'nights', region: 'eu-west-1', keys, pageSize: 2 });
    for (const [name, content] of Object.entries(threeFiles)) server.objects.set(`2026/m31/${name}`, content);
    server.objects.set('2026/m31/', new Uint8Array());
    server.objects.set('2026/m310/other.csv', bytes(5, 1));
    const ports = trialPorts({
      AWS_ACCESS_KEY_ID: keys.accessKey,
      AWS_SECRET_ACCESS_KEY: keys.secretKey,
      AWS_SESSION_TOKEN: keys.token,
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL_S3: server.origin,
    });
    return {
      address: 's3://nights/2026/m31',
      ports,
      bytesFrom: server,
      listsFrom: server,
      files: threeFiles,
      missing: 's3://nights/1999',
      secret: keys.secretKey,
      canResume: true,
    };
  },
  async 'hugging-face'() {
    const server = await openHubServer({ dataSet: 'lab/spectra', pageSize: 2, token: 'hf_word' });
    for (const [name, content] of Object.entries(threeFiles))
      server.files.set(`data/${name}`, { bytes: content, isLarge: content.byteLength > 3500 });
    return {
      address: 'hf://datasets/lab/spectra/data',
      ports: trialPorts({ HF_ENDPOINT: server.origin, HF_TOKEN: 'hf_word' }),
      bytesFrom: server,
      listsFrom: server,
      files: threeFiles,
      missing: 'hf://datasets/lab/spectra/nowhere',
      secret: 'hf_word',
      canResume: true,
    };
  },
  async http() {
    const server = await openServer((request, response) => {
      if (request.url?.startsWith('/log.csv')) return { bytes: threeFiles['one.csv']! };
      response.writeHead(404).end();
      return null;
    });
    return {
      address: `${server.origin.replace('//', '//me:word@')}/log.csv?token=word`,
      ports: trialPorts(),
      bytesFrom: server,
      listsFrom: null,
      files: { 'log.csv': threeFiles['one.csv']! },
      missing: `${server.origin}/nowhere.csv`,
      secret: 'word',
      canResume: true,
    };
  },
  async safecast() {
    const rows = Array.from({ length: 5 }, (_, index) => ({ id: index, value: 30 + index, unit: 'cpm' }));
    const server = await openServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://api');
      const page = Number(url.searchParams.get('page'));
      if (url.pathname !== '/measurements.json' || url.searchParams.get('device_id') === '0') {
        response.writeHead(404).end();
        return null;
      }
      response.writeHead(200).end(JSON.stringify(rows.slice(2 * (page - 1), 2 * page)));
      return null;
    });
    return {
      address: 'safecast://measurements?latitude=37.4&longitude=141',
      ports: trialPorts({ SAFECAST_ENDPOINT: server.origin }),
      bytesFrom: server,
      listsFrom: null,
      files: {
        'safecast.jsonl': new TextEncoder().encode(rows.map((row) => `${JSON.stringify(row)}\n`).join('')),
      },
      missing: 'safecast://measurements?device_id=0',
      secret: null,
      canResume: false,
    };
  },
};
