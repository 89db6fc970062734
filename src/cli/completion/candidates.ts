import type { Argument, Command, Option } from 'commander';
import { commandsOf, optionsOf, readLine, type TypedLine, takesValue } from './line.ts';

/** What a word may become, and a few words about it. */
export interface Candidate {
  value: string;
  description: string;
}

/** Where values come from that the program itself does not know. */
export type ValueSource = 'canaries' | 'namespaces' | 'contexts' | 'files';

/** Candidates for one word. */
interface Offer {
  known?: readonly Candidate[];
  source?: ValueSource;
  /** What stands before each of them in the same word, such as `--output=`. */
  before?: string;
}

export interface Completion {
  candidates: Candidate[];
  /** Where more come from, and what stands before each of them in the word. */
  source?: { of: ValueSource; before: string };
  /** Values of options that were given, by their attribute: they say which cluster is asked. */
  values: Readonly<Record<string, string>>;
}

/** What the program's own placeholders stand for, in arguments and in values of options. */
export const PLACEHOLDERS: Readonly<Record<string, ValueSource | 'commands' | 'anything'>> = {
  name: 'canaries',
  namespace: 'namespaces',
  context: 'contexts',
  file: 'files',
  command: 'commands',
  duration: 'anything',
  revision: 'anything',
};

/** What may stand in the place of the last word, by the program's own declarations. */
export function complete(program: Command, words: readonly string[]): Completion {
  const typed = words.at(-1) ?? '';
  const line = readLine(program, words.slice(0, -1));
  const { known = [], source, before = '' } = offerFor(program, line, typed);
  const candidates = known.map(({ value, description }) => ({ value: `${before}${value}`, description }));
  return {
    candidates: candidates.filter(({ value }) => value.startsWith(typed)),
    values: line.values,
    ...(source && { source: { of: source, before } }),
  };
}

function offerFor(program: Command, line: TypedLine, typed: string): Offer {
  const { command, pending, ended, given } = line;
  if (pending !== undefined) return valuesOf(program, pending);
  if (!ended && typed.startsWith('--') && typed.includes('=')) return inlineValues(program, command, typed);
  if (!ended && typed.startsWith('-')) return { known: optionsOf(command).flatMap(flagsOf) };
  const commands = given === 0 ? commandsOf(command) : [];
  return commands.length > 0 ? { known: commands.map(described) } : valuesOf(program, argumentAt(command, given));
}

function inlineValues(program: Command, command: Command, typed: string): Offer {
  const flag = typed.slice(0, typed.indexOf('='));
  const option = optionsOf(command).find(({ long }) => long === flag);
  return { ...(option && takesValue(option) ? valuesOf(program, option) : {}), before: `${flag}=` };
}

/** The last argument may stand for any number of words. */
function argumentAt({ registeredArguments }: Command, index: number): Argument | undefined {
  const last = registeredArguments.at(-1);
  return registeredArguments[index] ?? (last?.variadic ? last : undefined);
}

function valuesOf(program: Command, declared: Option | Argument | undefined): Offer {
  if (declared === undefined) return {};
  const { argChoices } = declared;
  if (argChoices !== undefined) return { known: argChoices.map((value) => ({ value, description: '' })) };
  const source = PLACEHOLDERS[placeholderOf(declared)] ?? 'anything';
  if (source === 'commands') return { known: commandsOf(program).map(described) };
  return source === 'anything' ? {} : { source };
}

/** `file` of `-f, --filename <file>`. */
export const placeholderOf = (declared: Option | Argument): string =>
  'flags' in declared ? (/[<[]([^\]>.]+)/.exec(declared.flags)?.[1] ?? '') : declared.name();

const described = (command: Command): Candidate => ({ value: command.name(), description: command.description() });

const flagsOf = ({ long, description }: Option): Candidate[] => (long ? [{ value: long, description }] : []);
