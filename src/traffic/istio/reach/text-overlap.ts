import type { StringMatch } from './objects.ts';

/** Whether some text may meet both; a regular expression may be met by any. None: any text, and `{}` is any as well. */
export function mayShareText(a: StringMatch = {}, b: StringMatch = {}, isAnyCase = false): boolean {
  const [one, other] = [cased(a, isAnyCase), cased(b, isAnyCase)];
  if (one.exact !== undefined) return other.exact === undefined ? isMetBy(one.exact, other) : one.exact === other.exact;
  if (other.exact !== undefined) return isMetBy(other.exact, one);
  if (one.prefix === undefined || other.prefix === undefined) return true;
  return one.prefix.startsWith(other.prefix) || other.prefix.startsWith(one.prefix);
}

const isMetBy = (text: string, { prefix = '' }: StringMatch): boolean => text.startsWith(prefix);

/** Whether every text that meets the inner one is known to meet the outer one. */
export function coversText(outer: StringMatch | undefined, inner: StringMatch | undefined): boolean {
  if (outer === undefined || Object.keys(outer).length === 0) return true;
  const { exact, prefix, regex } = inner ?? {};
  if (outer.exact !== undefined) return exact === outer.exact;
  if (outer.prefix !== undefined) return (exact ?? prefix)?.startsWith(outer.prefix) ?? false;
  return outer.regex === '.*' || (regex !== undefined && regex === outer.regex);
}

const cased = (match: StringMatch, isAnyCase: boolean): StringMatch =>
  isAnyCase
    ? {
        ...(match.exact !== undefined && { exact: match.exact.toLowerCase() }),
        ...(match.prefix !== undefined && { prefix: match.prefix.toLowerCase() }),
        ...(match.regex !== undefined && { regex: match.regex }),
      }
    : match;
