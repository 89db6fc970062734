import type { Command } from 'commander';
import { answerText } from '../completion/answer.ts';
import { type Candidate, complete } from '../completion/candidates.ts';
import { live } from '../completion/live.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';

/** `headgate __complete -- WORD...`: what the last word may become, for a shell. It never fails, and says nothing else. */
export async function completeWords(io: Io, program: Command, words: readonly string[]): Promise<ExitCode> {
  const { candidates, source, values } = complete(program, words);
  const more = source === undefined ? [] : await live(io, source.of, values);
  const before = source?.before ?? '';
  const typed = words.at(-1) ?? '';
  const fitting = more
    .map(({ value, description }): Candidate => ({ value: `${before}${value}`, description }))
    .filter(({ value }) => value.startsWith(typed));
  io.stdout.write(answerText([...candidates, ...fitting], source?.of === 'files'));
  return EXIT.ok;
}
