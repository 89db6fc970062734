import type { MatchEntry, StringMatch } from './objects.ts';
import { coversText, mayShareText } from './text-overlap.ts';

type Texts = Readonly<Record<string, StringMatch>>;

const WORDS = ['scheme', 'method', 'authority'] as const;

/**
 * Whether one request may meet both conditions, as far as path, method, headers and query tell; where it cannot be told, it may.
 * Which proxies they are about is the caller's to ask.
 */
export function mayOverlap(a: MatchEntry, b: MatchEntry): boolean {
  const isAnyCase = a.ignoreUriCase === true || b.ignoreUriCase === true;
  if (a.port !== undefined && b.port !== undefined && a.port !== b.port) return false;
  if (!mayShareText(a.uri, b.uri, isAnyCase)) return false;
  if (WORDS.some((field) => !mayShareText(a[field], b[field]))) return false;
  if (!mayShareAll(headersOf(a), headersOf(b)) || !mayShareAll(a.queryParams ?? {}, b.queryParams ?? {})) return false;
  return !rulesOut(a, b) && !rulesOut(b, a);
}

/** Every key that both speak of has a text for both. */
const mayShareAll = (a: Texts, b: Texts): boolean =>
  Object.entries(a).every(([key, match]) => b[key] === undefined || mayShareText(match, b[key]));

/** One wants a header that the other must not meet. */
const rulesOut = (wanting: MatchEntry, { withoutHeaders = {} }: MatchEntry): boolean => {
  const wanted = headersOf(wanting);
  return Object.entries(lowered(withoutHeaders)).some(([key, unwanted]) => {
    const match = wanted[key];
    return match !== undefined && coversText(unwanted, match);
  });
};

/** Whether every request that meets the inner condition is known to meet the outer one, on a listener where both hold. */
export function covers(outer: MatchEntry, inner: MatchEntry): boolean {
  if (inner.ignoreUriCase === true || outer.ignoreUriCase === true) return false;
  if (Object.keys(outer.withoutHeaders ?? {}).length > 0) return false;
  const [headers, wanted] = [headersOf(outer), headersOf(inner)];
  const [query, asked] = [outer.queryParams ?? {}, inner.queryParams ?? {}];
  return (
    coversText(outer.uri, inner.uri) &&
    WORDS.every((field) => coversText(outer[field], inner[field])) &&
    Object.entries(headers).every(([key, match]) => wanted[key] !== undefined && coversText(match, wanted[key])) &&
    Object.entries(query).every(([key, match]) => asked[key] !== undefined && coversText(match, asked[key]))
  );
}

/** Names of headers are the same in capitals. */
const headersOf = ({ headers = {} }: MatchEntry): Texts => lowered(headers);

const lowered = (texts: Texts): Texts =>
  Object.fromEntries(Object.entries(texts).map(([key, match]) => [key.toLowerCase(), match]));
