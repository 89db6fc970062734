/** The words of a command line, or why it cannot be taken. */
export type Split = { words: string[] } | { problem: string };

interface Piece {
  /** Matches from where the last piece ended; its group is what stands inside. */
  pattern: RegExp;
  /** What the inside says. */
  read: (inner: string) => string;
}

const same = (inner: string): string => inner;
/** In double quotes a backslash stands for itself, except before these. */
const unescaped = (inner: string): string =>
  inner.replaceAll(/\\([$`"\\\n])/g, (_, char: string) => (char === '\n' ? '' : char));

/** What words are made of, as POSIX has it. */
const PIECES: readonly Piece[] = [
  { pattern: /\\([^\n])/y, read: same },
  { pattern: /'([^']*)'/y, read: same },
  { pattern: /"((?:[^"\\$`]|\\[^])*)"/y, read: unescaped },
  { pattern: /([^ \t\n'"\\|&;<>()$`]+)/y, read: same },
];
/** Between words; a line may end only after the last. */
const GAP = /[ \t]+|\n[ \t\n]*$/y;
const CONTINUED = '\\\n';

/** What a shell would take a character for, where no quotes stand around it. */
const MEANINGS: Readonly<Record<string, string>> = {
  '|': 'a pipe',
  '&': 'the end of a command that others follow',
  ';': 'the end of a command that others follow',
  '\n': 'the end of a command that others follow',
  '<': 'a redirection',
  '>': 'a redirection',
  '(': 'a group of commands',
  ')': 'a group of commands',
  $: 'a variable or a substitution',
  '`': 'a substitution',
  '#': 'a comment',
  '~': 'a home directory',
};

/**
 * Splits a command line into words as a POSIX shell does, with its quotes and backslashes, and does nothing else that a
 * shell does: what it would expand, connect or redirect is a problem. Patterns (`*`, `?`, `[`) stand for themselves.
 */
export function splitWords(text: string): Split {
  const zero = text.indexOf('\0');
  if (zero >= 0) return { problem: `character ${zero + 1} is a zero byte` };
  const words: string[] = [];
  let word: string | undefined;
  let at = /^[ \t\n]*/.exec(text)?.[0].length ?? 0;
  while (at < text.length) {
    const part = partAt(text, at, word === undefined);
    if (part === undefined) return { problem: problemAt(text, at) };
    if (part.text !== undefined) word = (word ?? '') + part.text;
    if (part.ends && word !== undefined) words.push(word);
    if (part.ends) word = undefined;
    at += part.length;
  }
  return { words: word === undefined ? words : [...words, word] };
}

interface Part {
  length: number;
  /** What it adds to the word; a line that is continued adds nothing, not even an empty word. */
  text?: string;
  /** It is a gap: the word before it is complete. */
  ends?: boolean;
}

function partAt(text: string, at: number, begins: boolean): Part | undefined {
  if (text.startsWith(CONTINUED, at)) return { length: CONTINUED.length };
  const gap = matchAt(GAP, text, at);
  if (gap) return { length: gap[0].length, ends: true };
  if (begins && /[#~]/.test(text.charAt(at))) return undefined;
  for (const { pattern, read } of PIECES) {
    const match = matchAt(pattern, text, at);
    if (match) return { text: read(match[1] ?? ''), length: match[0].length };
  }
  return undefined;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function problemAt(text: string, at: number): string {
  const char = text.charAt(at);
  if (char === '\\') return 'it ends with a backslash that has nothing after it';
  const quoted = char === '"' ? (matchAt(/"(?:[^"\\$`]|\\[^])*/y, text, at)?.[0].length ?? 0) : 0;
  const inner = text.charAt(at + quoted);
  if (char === "'" || (char === '"' && !/[$`]/.test(inner))) return `the quote at character ${at + 1} is not closed`;
  const meaning = MEANINGS[inner] ?? 'special';
  const place = `character ${at + quoted + 1}, ${JSON.stringify(inner)}`;
  return `${place}, would be ${meaning} in a shell, and none is run here; in single quotes it stands for itself`;
}
