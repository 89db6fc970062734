import { DURATION_EXAMPLES, formatDuration, parseDuration } from '../rollout/spec/schema/durations.ts';
import { hint } from '../rollout/spec/wording/suggest.ts';
import { canaryOf, type ReceivedPayload } from './payload.ts';
import { isShell, type Programs } from './programs.ts';
import { splitWords } from './words.ts';

/** `cmd` runs in the background and fails nothing; `acceptance` is waited for, and its end is the answer. */
export const TASK_TYPES = ['cmd', 'acceptance'] as const;
export type TaskType = (typeof TASK_TYPES)[number];

/** A command that may be run. */
export interface Task {
  type: TaskType;
  /** `namespace/name`. */
  canary: string;
  /** As the command calls it, and where it is. */
  program: string;
  file: string;
  args: readonly string[];
  timeoutMs: number;
  /** Whether its output is logged even if it ends well. */
  logOutput: boolean;
}

export interface TaskLimits {
  programs: Programs;
  /** Milliseconds; the second is the most that a task may ask for. */
  timeoutMs: number;
  maxTimeoutMs: number;
}

const NO_SHELL =
  'no shell is run here; type acceptance waits for one command, without pipes, variables or substitutions';
const NO_RIGHTS = 'this load tester has no rights in the cluster; run it as a Job';

/** Types of Flagger's load tester that this one does not have, and what there is instead. */
const REFUSED_TYPES: Readonly<Record<string, string>> = {
  bash: NO_SHELL,
  sh: NO_SHELL,
  helm: NO_RIGHTS,
  helmv3: NO_RIGHTS,
  kubectl: NO_RIGHTS,
  concord: 'there is no client for Concord here; call it by a webhook of its own',
  ngrinder: 'there is no client for nGrinder here; call it by a webhook of its own',
};

type Refusal = { refusal: string };

/** The task that a payload asks for, or why it is not run. */
export function readTask(payload: ReceivedPayload, limits: TaskLimits): { task: Task } | Refusal {
  const { metadata } = payload;
  if (metadata === undefined) return { refusal: 'metadata is missing: it has the command to run, as cmd' };
  const type = typeOf(metadata['type']);
  const command = commandOf(metadata['cmd'], limits.programs);
  const timeoutMs = timeoutOf(metadata['timeout'], limits);
  const refusals = [type, command, timeoutMs].filter(isRefusal).map(({ refusal }) => refusal);
  if (isRefusal(type) || isRefusal(command) || isRefusal(timeoutMs)) return { refusal: refusals.join('; ') };
  const logOutput = /^(1|t|true)$/i.test(metadata['logCmdOutput'] ?? '');
  return { task: { type, canary: canaryOf(payload), ...command, timeoutMs, logOutput } };
}

const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && 'refusal' in value;

/** Two payloads that ask for the same have the same key. */
export const taskKey = ({ type, canary, program, args }: Task): string =>
  JSON.stringify([type, canary, program, ...args]);

function typeOf(text = 'cmd'): TaskType | Refusal {
  const known = TASK_TYPES.find((type) => type === text);
  if (known !== undefined) return known;
  const why = Object.hasOwn(REFUSED_TYPES, text) ? REFUSED_TYPES[text] : hint(text, TASK_TYPES);
  return { refusal: `metadata.type ${JSON.stringify(text)} is not supported: ${why}` };
}

function commandOf(text: string | undefined, programs: Programs): Pick<Task, 'program' | 'file' | 'args'> | Refusal {
  if (text === undefined) return { refusal: 'metadata.cmd is missing: it is the command to run' };
  const split = splitWords(text);
  if ('problem' in split) return { refusal: `metadata.cmd cannot be run: ${split.problem}` };
  const [program, ...args] = split.words;
  if (program === undefined) return { refusal: 'metadata.cmd is empty' };
  const file = programs.get(program);
  return file === undefined ? { refusal: whyNot(program, programs) } : { program, file, args };
}

function whyNot(program: string, programs: Programs): string {
  if (programs.has(program)) return `${program} may be run, but is not installed in this load tester`;
  if (isShell(program)) return `${program} may not be run: ${NO_SHELL}`;
  if (/^\w+=/.test(program))
    return `${JSON.stringify(program)}: a command cannot set variables of its environment here`;
  const known =
    programs.size === 0 ? 'this load tester runs no commands' : `it is none of ${[...programs.keys()].join(', ')}`;
  return `${JSON.stringify(program)} may not be run: ${known} (HEADGATE_LOADTESTER_PROGRAMS)`;
}

function timeoutOf(text: string | undefined, { timeoutMs, maxTimeoutMs }: TaskLimits): number | Refusal {
  if (text === undefined) return timeoutMs;
  const wanted = parseDuration(text);
  if (wanted === undefined || wanted === 0)
    return { refusal: `metadata.timeout ${JSON.stringify(text)} is not a duration such as ${DURATION_EXAMPLES}` };
  if (wanted <= maxTimeoutMs) return wanted;
  return { refusal: `metadata.timeout ${text} is more than the ${formatDuration(maxTimeoutMs)} that are allowed here` };
}
