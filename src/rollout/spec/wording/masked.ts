const MASK = '***';
/** A shorter secret is found in too many words that are none. */
const LEAST_LENGTH = 4;

/**
 * The text with the user and the password of every URL in it masked, whatever characters they are made of: from the first
 * `://` of a line to its last `@`. A URL that cannot be parsed is masked as well.
 */
export const masked = (text: string): string => text.split('\n').map(maskedLine).join('\n');

function maskedLine(line: string): string {
  // A file's address has no user, and may well have an @ (in a stack trace, a package's scope).
  const start = line.search(/(?<!\bfile):\/\//);
  const end = line.lastIndexOf('@');
  return start < 0 || end < start ? line : `${line.slice(0, start)}://${MASK}${line.slice(end)}`;
}

/** A value that is or should be a URL, on one line: also without a scheme, and without what a query may hold. */
export function maskedUrl(value: string): string {
  const end = value.lastIndexOf('@');
  const scheme = /^[a-z][a-z\d+.-]*:\/\//i.exec(value.slice(0, Math.max(end, 0)))?.[0] ?? '';
  const [base = '', ...query] = (end < 0 ? withoutWord(value) : `${scheme}${MASK}${value.slice(end)}`).split('?');
  return query.length > 0 ? `${base}?${MASK}` : base;
}

/** What stands where a port should, and is none, may be a password whose host was forgotten. */
const withoutWord = (value: string): string =>
  value.replace(/^([a-z][a-z\d+.-]*:\/\/[^/:?#[]*:)(?!\d+(?:[/?#,]|$)).*$/is, `$1${MASK}`);

/** Masks these secrets, in the forms in which libraries and servers repeat them, and what `masked` does. */
export function masker(secrets: readonly string[]): (text: string) => string {
  const forms = [...new Set(secrets.flatMap(formsOf))].filter(({ length }) => length >= LEAST_LENGTH);
  const longestFirst = forms.toSorted((a, b) => b.length - a.length);
  return (text) => masked(longestFirst.reduce((rest, form) => rest.replaceAll(form, MASK), text));
}

const formsOf = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  // As a URL has it after it was parsed.
  userinfo(secret),
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('base64'),
];

function userinfo(secret: string): string {
  const url = new URL('http://host');
  url.password = secret;
  return url.password;
}

/** The user and password of every URL among these texts, and its password alone, as they were written. */
export const credentialsIn = (texts: readonly string[]): string[] =>
  texts.flatMap((text) => {
    const start = text.indexOf('://');
    const end = text.lastIndexOf('@');
    if (start < 0 || end < start) return [];
    const both = text.slice(start + 3, end);
    const password = both.slice(both.indexOf(':') + 1);
    return [both, password, decoded(both), decoded(password)];
  });

/** Without its escapes, where they are escapes. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
