/** The language of a provider's queries, as far as a value from elsewhere has to be kept from being part of it. */
export interface QueryLanguage {
  /** Opening quotes, and how a value stands between them; undefined where it cannot. */
  quotes: Readonly<Record<string, (value: string) => string | undefined>>;
  /** Within quotes, takes from the next character what it means. */
  escape?: string;
  /** What begins a comment that goes on to the end of its line. */
  comments?: readonly string[];
  /** A value that is one word wherever it stands outside of quotes. */
  word: RegExp;
  /** A value outside of quotes, for a language that can escape one there. */
  bare?: (value: string) => string;
  /** A length of time. */
  interval: (ms: number) => string;
}

const seconds = (ms: number): number => Math.max(Math.ceil(ms / 1_000), 1);
const inSeconds = (ms: number): string => `${seconds(ms)}s`;
const inMilliseconds = (ms: number): string => `${Math.max(Math.round(ms), 1)}ms`;

/** Puts a character before each of these, which then means nothing but itself. */
const escaping =
  (characters: string, escape: string) =>
  (value: string): string =>
    Array.from(value, (one) => (characters.includes(one) ? escape + one : one)).join('');

/** Where nothing can be escaped, a value must not have these. */
const without =
  (characters: string) =>
  (value: string): string | undefined =>
    Array.from(characters).some((one) => value.includes(one)) ? undefined : value;

const PROGRAM = { escape: '\\', word: /^[A-Za-z0-9_.:]+$/ };
const doubled = escaping('"\\', '\\');
const single = escaping("'\\", '\\');

const promql: QueryLanguage = {
  ...PROGRAM,
  quotes: { '"': doubled, "'": single, '`': without('`') },
  comments: ['#'],
  interval: inMilliseconds,
};

/** In a string of Flux `${…}` is an expression. */
const flux: QueryLanguage = {
  ...PROGRAM,
  quotes: { '"': escaping('"\\$', '\\') },
  comments: ['//'],
  interval: inMilliseconds,
};

const influxql: QueryLanguage = {
  ...PROGRAM,
  quotes: { "'": single, '"': doubled },
  comments: ['--'],
  interval: inMilliseconds,
};

const nrql: QueryLanguage = {
  ...PROGRAM,
  quotes: { "'": single, '"': doubled, '`': without('`') },
  comments: ['--', '//'],
  interval: (ms) => `${seconds(ms)} seconds`,
};

const signalflow: QueryLanguage = {
  ...PROGRAM,
  quotes: { "'": single, '"': doubled },
  comments: ['#'],
  interval: inSeconds,
};

const mql: QueryLanguage = {
  ...PROGRAM,
  quotes: { "'": single, '"': doubled },
  comments: ['#'],
  interval: inSeconds,
};

const spl: QueryLanguage = { escape: '\\', word: /^[\w.:-]+$/, quotes: { '"': doubled }, interval: inSeconds };

const dynatrace: QueryLanguage = {
  escape: '~',
  word: /^[\w.:-]+$/,
  quotes: { '"': escaping('"~', '~') },
  interval: inSeconds,
};

/** Tags stand there without quotes. */
const datadog: QueryLanguage = { word: /^[\w.:/-]+$/, quotes: {}, interval: (ms) => `${seconds(ms)}` };

/** A path has no escapes, and stars and braces in it are patterns. */
const graphite: QueryLanguage = {
  word: /^[\w.:%-]+$/,
  quotes: { "'": without(`'"\\`), '"': without(`'"\\`) },
  interval: inSeconds,
};

/** A string in JSON may be an expression with quotes of its own. A period is whole minutes. */
const json: QueryLanguage = {
  escape: '\\',
  word: /^[\w.]+$/,
  quotes: { '"': without(`'"\\`) },
  interval: (ms) => `${Math.max(Math.ceil(ms / 60_000), 1) * 60}`,
};

/** The path and the parameters of an address: outside of quotes everything is escaped. */
const address: QueryLanguage = { word: /^[\w.~-]+$/, quotes: {}, bare: encodeURIComponent, interval: inSeconds };

export const LANGUAGES = {
  promql,
  flux,
  influxql,
  nrql,
  signalflow,
  mql,
  spl,
  dynatrace,
  datadog,
  graphite,
  json,
  address,
} as const satisfies Record<string, QueryLanguage>;

export type LanguageName = keyof typeof LANGUAGES;

/** The body of a request is JSON as well, of a service that is told seconds. */
export const BODY: QueryLanguage = { ...json, quotes: { '"': escaping('"\\', '\\') }, interval: inSeconds };
