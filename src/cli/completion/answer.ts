import type { Candidate } from './candidates.ts';

/** The last line of an answer: whether the shell may offer files. The numbers are those that kubectl understands. */
const FILES = ':0';
const NO_FILES = ':4';

/** The answer to a shell: a candidate a line, its description after a tab, and at the end what else to offer. */
export function answerText(candidates: readonly Candidate[], files: boolean): string {
  const lines = candidates.map(({ value, description }) => (description === '' ? value : `${value}\t${description}`));
  return [...lines, files ? FILES : NO_FILES, ''].join('\n');
}
