/**
 * Where a bucket lies and who asks, from the places that the AWS tools use: the address, the environment,
 * ~/.aws/credentials and ~/.aws/config. The metadata services of rented machines are never asked: that would be a request that nobody
 * named.
 */
import { join } from 'node:path';
import { NightsiftError } from '../../../contract/errors.ts';
import type { SourcePorts } from '../source.ts';
import type { Credentials } from './sign.ts';

export interface S3Settings {
  readonly region: string;
  /** Null: AWS. */
  readonly endpoint: URL | null;
  /** Null: requests are not signed, as public buckets want it. */
  readonly credentials: Credentials | null;
}

type Section = Readonly<Record<string, string>>;

const defaultRegion = 'us-east-1';

/** `query`: of the address (`region`, `endpoint`, `profile`, `unsigned`). Errors: wrongUse. */
export function s3Settings(query: URLSearchParams, ports: SourcePorts): S3Settings {
  const { environment } = ports;
  const named = query.get('profile') ?? filled(environment.AWS_PROFILE);
  const profile = named ?? 'default';
  const config = sectionOf(
    ports,
    'AWS_CONFIG_FILE',
    'config',
    profile === 'default' ? 'default' : `profile ${profile}`,
  );
  const secrets = sectionOf(ports, 'AWS_SHARED_CREDENTIALS_FILE', 'credentials', profile);
  if (named !== null && config === null && secrets === null) {
    throw new NightsiftError('wrongUse', `There is no AWS profile "${named}".`, {
      hint: 'Profiles stand in ~/.aws/credentials and ~/.aws/config.',
    });
  }
  const fromFiles = { ...config, ...secrets };
  const endpoint =
    query.get('endpoint') ??
    filled(environment.AWS_ENDPOINT_URL_S3) ??
    filled(environment.AWS_ENDPOINT_URL) ??
    fromFiles.endpoint_url ??
    null;
  return {
    region:
      query.get('region') ??
      filled(environment.AWS_REGION) ??
      filled(environment.AWS_DEFAULT_REGION) ??
      fromFiles.region ??
      defaultRegion,
    endpoint: endpoint === null ? null : endpointOf(endpoint),
    credentials: query.has('unsigned') ? null : credentialsOf(environment, fromFiles, query.has('profile')),
  };
}

/** The environment goes before files unless the address names a profile. */
function credentialsOf(
  environment: SourcePorts['environment'],
  section: Section,
  isProfileNamed: boolean,
): Credentials | null {
  const fromEnvironment = credentials(
    environment.AWS_ACCESS_KEY_ID,
    environment.AWS_SECRET_ACCESS_KEY,
    environment.AWS_SESSION_TOKEN,
  );
  const fromFile = credentials(
    section.aws_access_key_id,
    section.aws_secret_access_key,
    section.aws_session_token,
  );
  return isProfileNamed ? (fromFile ?? fromEnvironment) : (fromEnvironment ?? fromFile);
}

function credentials(
  accessKey: string | undefined,
  secretKey: string | undefined,
  sessionToken: string | undefined,
): Credentials | null {
  if (filled(accessKey) === null || filled(secretKey) === null) return null;
  return { accessKey: accessKey!, secretKey: secretKey!, sessionToken: filled(sessionToken) };
}

function endpointOf(text: string): URL {
  try {
    const url = new URL(text);
    if (url.protocol === 'https:' || url.protocol === 'http:') return url;
  } catch {
    // said below
  }
  throw new NightsiftError('wrongUse', `"${text}" is no endpoint.`, {
    hint: 'Write it with its scheme, for example https://s3.example.org.',
  });
}

/** One `[section]` of an INI file; null without the file or the section. */
function sectionOf(
  { environment, home, readText }: SourcePorts,
  variable: string,
  file: string,
  wanted: string,
): Section | null {
  const text = readText(filled(environment[variable]) ?? join(home, '.aws', file));
  if (text === null) return null;
  let section = '';
  let found: Record<string, string> | null = null;
  for (const line of text.split(/\r?\n/)) {
    const head = /^\s*\[\s*(.+?)\s*\]/.exec(line)?.[1];
    if (head !== undefined) {
      section = head.replaceAll(/\s+/g, ' ');
      if (section === wanted) found ??= {};
      continue;
    }
    // indented lines are settings within a setting (`s3 =`), which are not ours
    const pair = /^([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line);
    if (section === wanted && found !== null && pair !== null) found[pair[1]!.toLowerCase()] = pair[2]!;
  }
  return found;
}

function filled(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}
