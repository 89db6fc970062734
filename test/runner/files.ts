import { globSync } from 'node:fs';
import { ROOT, type Step } from './step.ts';

/** Test files by glob patterns below the root, sorted; those that contain one of the words, where words are given. */
export function testFiles(patterns: readonly string[], without: readonly string[], words: readonly string[]): string[] {
  const found = globSync(patterns as string[], { cwd: ROOT, exclude: without as string[] });
  return found.filter((file) => words.length === 0 || words.some((word) => file.includes(word))).toSorted();
}

/** A test file run by this same Node. */
export const fileStep = (file: string, timeoutMs: number): Step => ({
  name: file,
  command: process.execPath,
  args: [file],
  isTap: true,
  timeoutMs,
});

/** A script of package.json. */
export const scriptStep = (script: string, timeoutMs: number): Step => ({
  name: `npm run ${script}`,
  command: 'npm',
  args: ['run', '--silent', script],
  isTap: false,
  timeoutMs,
});
