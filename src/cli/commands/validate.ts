import type { Problem } from '../../rollout/spec/spec-types.ts';
import { shown } from '../../rollout/spec/wording/explain.ts';
import { PROVIDER } from '../../traffic/providers.ts';
import type { SourceObject } from '../documents.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { type FileReading, readEach } from '../source-files.ts';
import { isOfProvider } from '../validation/neighbours.ts';
import { unrenderedIn } from '../validation/unrendered.ts';
import { type Report, validateObjects } from '../validation/validation.ts';
import { inNamespace } from '../validation/value.ts';

export interface ValidateOptions {
  /** Paths; `-` for standard input. */
  filename: string[];
  /** That of objects that do not say theirs. */
  namespace?: string;
}

/** `headgate validate -f FILE`: what the webhook would say, without a cluster. Files are judged together. */
export async function validate(io: Io, { filename, namespace }: ValidateOptions): Promise<ExitCode> {
  const readings = (await readEach(io, filename)).map(rendered);
  const errors = readings.flatMap((reading) => reading.errors);
  const objects = readings.flatMap((reading) => inNamespace(reading.objects, namespace));
  const reports = validateObjects(objects, PROVIDER);
  const end = reports.length === 0 && errors.length === 0 ? nothing(objects) : summary(reports, errors.length);
  const lines = [...errors, ...reports.flatMap(linesOf), end];
  io.stdout.write(`${lines.join('\n')}\n`);
  const isRight = errors.length === 0 && reports.length > 0 && reports.every(({ problems }) => problems.length === 0);
  return isRight ? EXIT.ok : EXIT.failed;
}

/** Of a file that is still to be filled in, nothing is judged. */
function rendered(reading: FileReading): FileReading {
  const error = unrenderedIn(reading.objects, isOfProvider(PROVIDER));
  return error === undefined ? reading : { ...reading, objects: [], errors: [...reading.errors, error] };
}

/** A heading, one line for each problem and note, and what is taken; nothing for a Canary that is right. */
function linesOf({ place, subject, problems, doubts, takes }: Report): string[] {
  const lines = [
    ...few(problems.map(lineOf)),
    ...doubts.map(({ key, message }) => `  note: ${key} ${message}`),
    ...(takes === undefined ? [] : [`  takes: ${takes}`]),
  ];
  return lines.length === 0 ? [] : [`${place}: ${subject}`, ...lines];
}

const MAX_PROBLEMS = 40;

function few(lines: readonly string[]): string[] {
  const more = lines.length - MAX_PROBLEMS;
  return more > 0 ? [...lines.slice(0, MAX_PROBLEMS), `  and ${more} more`] : [...lines];
}

const lineOf = ({ key, value, message }: Problem): string =>
  value === undefined ? `  ${key}: ${message}` : `  ${key} = ${shown(value)}: ${message}`;

function summary(reports: readonly Report[], errors: number): string {
  const count = errors + reports.reduce((sum, { problems }) => sum + problems.length, 0);
  const checked = `${countOf(reports.length, 'object')} of Headgate`;
  return `${checked} checked: ${count === 0 ? 'no problems' : countOf(count, 'problem')}`;
}

/** A pipeline that means to check something and checks nothing is to hear of it. */
function nothing(objects: readonly SourceObject[]): string {
  const found =
    objects.length === 0 ? 'there is no object' : `${countOf(objects.length, 'object')}, and none is Headgate's`;
  return `nothing was checked: ${found}; it checks Deployments (apps/v1) with the annotation headgate.dev/canary, and Canaries (headgate.dev/v1)`;
}

const countOf = (count: number, noun: string): string => `${count} ${count === 1 ? noun : `${noun}s`}`;
