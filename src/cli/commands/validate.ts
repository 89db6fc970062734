import type { Problem } from '../../rollout/spec/spec-types.ts';
import { shown } from '../../rollout/spec/wording/explain.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { readSources } from '../source-files.ts';
import { type Report, validateObjects } from '../validation.ts';

export interface ValidateOptions {
  /** Paths; `-` for standard input. */
  filename: string[];
}

/** `headgate validate -f FILE`: what the webhook would say, without a cluster. Files are judged together. */
export async function validate(io: Io, { filename }: ValidateOptions): Promise<ExitCode> {
  const { objects, errors } = await readSources(io, filename);
  const reports = validateObjects(objects);
  const lines = [...errors, ...reports.flatMap(linesOf), summary(reports, errors.length)];
  io.stdout.write(`${lines.join('\n')}\n`);
  return errors.length > 0 || reports.some(({ problems }) => problems.length > 0) ? EXIT.failed : EXIT.ok;
}

/** A heading and one line for each problem and note; nothing for what is right. */
function linesOf({ place, subject, problems, doubts }: Report): string[] {
  const lines = [...problems.map(lineOf), ...doubts.map(({ key, message }) => `  note: ${key} ${message}`)];
  return lines.length === 0 ? [] : [`${place}: ${subject}`, ...lines];
}

const lineOf = ({ key, value, message }: Problem): string =>
  value === undefined ? `  ${key}: ${message}` : `  ${key} = ${shown(value)}: ${message}`;

function summary(reports: readonly Report[], errors: number): string {
  const count = errors + reports.reduce((sum, { problems }) => sum + problems.length, 0);
  const checked = `${reports.length} ${reports.length === 1 ? 'object' : 'objects'} of Headgate`;
  return `${checked} checked: ${count === 0 ? 'no problems' : `${count} ${count === 1 ? 'problem' : 'problems'}`}`;
}
