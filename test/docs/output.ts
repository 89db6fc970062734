/** What is another one each time, and the word that stands for it. The order counts: a time has digits that an age has. */
const VOLATILE: readonly (readonly [pattern: RegExp, word: string])[] = [
  [/\b(?:\d{4}-\d\d-\d\d)T(?:\d\d:\d\d:\d\d)(?:\.\d+)?Z/g, 'TIME'],
  [/\b[A-Z][a-z]{2} [A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d \d{4}\b/g, 'TIME'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, 'ADDRESS'],
  // Two parts that Kubernetes makes without vowels and without the digits 0, 1 and 3: of a ReplicaSet, and of its pod.
  [/-[bcdfghjklmnpqrstvwxz2456789]{6,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-POD'],
  [/\b[0-9a-f]{10}\b/g, 'REVISION'],
  [/(?<=\brequest-(?:success-rate|duration) +(?:(?:is|was) +)?)\d+(?:\.\d+)? ?(?:%|ms)/g, 'FIGURE'],
  [/\b(?:\d+(?:ms|[dhms]))+\b/g, 'AGE'],
];

/** A line without what is another one each time, and without the widths of columns. */
export const normalised = (line: string): string =>
  VOLATILE.reduce((text, [pattern, word]) => text.replaceAll(pattern, word), line)
    .replaceAll(/\s+/g, ' ')
    .trim();

const lines = (texts: readonly string[]): string[] => texts.map(normalised).filter((text) => text !== '');

const ELISION = '…';
const OTHERS = '(?:.*\n)*?';

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** In a line the sign stands for some of its text, alone for any lines. */
const patternOf = (line: string): string =>
  line === ELISION ? OTHERS : `${line.split(ELISION).map(escaped).join('.*')}\n`;

/**
 * Whether what was printed is what a page says, line by line but for volatile parts and empty lines.
 * @param loose whether other lines may stand between and after those of the page
 */
export function isAsTold(told: readonly string[], printed: readonly string[], loose = false): boolean {
  const patterns = lines(told).map(patternOf);
  const whole = loose ? `${OTHERS}${patterns.join(OTHERS)}(?:.*\n)*` : patterns.join('');
  const text = lines(printed).map((line) => `${line}\n`);
  return new RegExp(`^${whole}$`).test(text.join(''));
}
