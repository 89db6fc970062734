/** What RE2, which Istio's proxies use, does not have: its time grows with the text alone. */
const NOT_RE2: readonly [found: RegExp, name: string][] = [
  [/\(\?<?[=!]/, 'looks ahead or behind'],
  [/\\[1-9]/, 'refers back to a group'],
];

/** Spellings of RE2 that this runtime does not know, and what they are here. */
const SPELLINGS: readonly [re2: RegExp, here: string][] = [
  [/\(\?P</g, '(?<'],
  [/\(\?[a-zA-Z-]+\)/g, ''],
  [/\(\?[a-zA-Z-]+:/g, '(?:'],
];

/** What is wrong with a regular expression, as a predicate on it. What only RE2 can tell is left to Istio. */
export function regexProblem(regex: string): string | undefined {
  const foreign = NOT_RE2.find(([found]) => found.test(withoutEscapedBackslashes(regex)));
  if (foreign !== undefined) return `${foreign[1]}, which RE2, the syntax of Istio's proxies, cannot`;
  if (regex.includes('\\Q')) return undefined;
  const spelled = SPELLINGS.reduce((text, [re2, here]) => text.replaceAll(re2, here), regex);
  return compiles(spelled) ? undefined : 'is no regular expression; is a bracket open, or a \\ missing before one?';
}

/** So that what follows an escaped backslash is not taken for an escape. */
const withoutEscapedBackslashes = (regex: string): string => regex.replaceAll('\\\\', '');

function compiles(regex: string): boolean {
  try {
    return new RegExp(regex) instanceof RegExp;
  } catch {
    return false;
  }
}
