import type { Environment, Parse } from './config.ts';
import { credentialsIn, decoded } from './rollout/spec/wording/masked.ts';

/** User and password for a server that asks for them, as they are. */
export interface ServerLogin {
  readonly username: string;
  readonly password: string;
}

const withoutSlash = (address: string): string => address.replace(/(?<!\/)\/+$/, '');

export function url(schemes: readonly string[]): Parse<string> {
  return (text) => {
    const parsed = URL.parse(text);
    const usable = parsed !== null && schemes.includes(parsed.protocol) && parsed.hostname !== '';
    return usable ? { value: withoutSlash(text) } : { wanted: `a URL that starts with ${schemes.join('// or ')}//` };
  };
}

/** The Prometheus API. */
export const metricsAddress: Parse<string> = (text) =>
  withAdvice(text, 'HEADGATE_METRICS', url(['http:', 'https:'])(text));

/** A server, or the sentinels of one: `redis+sentinel://one,two:26379/mymaster/0`. */
export const redisAddress: Parse<string> = (text) => {
  const isSentinels = /^rediss?\+sentinel:\/\/[^/]+\/[^/]+(\/\d+)?$/.test(text) && URL.canParse(text);
  const reading = isSentinels ? { value: text } : url(['redis:', 'rediss:'])(text);
  const either = 'wanted' in reading ? { wanted: `${reading.wanted}, or redis+sentinel://HOSTS/MASTER` } : reading;
  return withAdvice(text, 'HEADGATE_REDIS', either);
};

/** Where there is a user or a password, what takes them without escapes is named with everything that is wrong. */
function withAdvice(text: string, prefix: string, reading: ReturnType<Parse<string>>): ReturnType<Parse<string>> {
  if (!text.includes('@') || ('value' in reading && isReadAsMeant(new URL(text)))) return reading;
  const wanted =
    'wanted' in reading ? reading.wanted : 'a URL whose user and password have no / ? # % that is not escaped';
  return { wanted: `${wanted}; user and password go into ${prefix}_USERNAME and ${prefix}_PASSWORD, as they are` };
}

/** A character that ends the user or the password of a URL too early leaves the `@` to what follows the host. */
function isReadAsMeant({ username, password, pathname, search, hash }: URL): boolean {
  return isDecodable(username) && isDecodable(password) && !`${pathname}${search}${hash}`.includes('@');
}

function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

/** The address with this user and password in the place of its own. Apart from the URL they may come from a Secret. */
export function withLogin(address: string, { username, password }: Partial<ServerLogin>): string {
  if (username === undefined && password === undefined) return address;
  const parsed = new URL(address);
  if (username !== undefined) parsed.username = encodeURIComponent(username);
  if (password !== undefined) parsed.password = encodeURIComponent(password);
  return parsed.href;
}

/** An address, and apart from it the user and password that it has. */
export function splitLogin(address: string): { address: string; login?: ServerLogin } {
  const parsed = new URL(address);
  const login = { username: decoded(parsed.username), password: decoded(parsed.password) };
  if (login.username + login.password === '') return { address };
  parsed.username = '';
  parsed.password = '';
  return { address: withoutSlash(parsed.href), login };
}

/** What no output shows: passwords, tokens, users and passwords in any URL, and receivers' addresses as a whole. */
export function secretsIn(env: Environment): string[] {
  const values = Object.entries(env).flatMap(([name, value]) => (value?.trim() ? [{ name, value: value.trim() }] : []));
  const own = values.filter(
    ({ name }) => /^HEADGATE_.*_(PASSWORD|TOKEN|URL)$/.test(name) && name !== 'HEADGATE_REDIS_URL',
  );
  const texts = values.map(({ value }) => value);
  const inQueries = texts.flatMap((text) => URL.parse(text)?.searchParams.getAll('password') ?? []);
  return [...new Set([...own.map(({ value }) => value), ...credentialsIn(texts), ...inQueries])];
}
