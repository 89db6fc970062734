import type { Command, Option } from 'commander';

/** What was typed so far, as the program would read it. */
export interface TypedLine {
  /** The command that the words lead to. */
  command: Command;
  /** How many arguments it has already. */
  given: number;
  /** The option whose value comes next. */
  pending?: Option;
  /** Values of options, by their attribute. */
  values: Readonly<Record<string, string>>;
  /** After `--` nothing is an option any more. */
  ended: boolean;
}

/** Options that help shows: the command's own, then those of the commands above. */
export function optionsOf(command: Command): Option[] {
  const help = command.createHelp();
  return [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)];
}

export const commandsOf = (command: Command): Command[] => command.createHelp().visibleCommands(command);

export const takesValue = ({ required, optional }: Option): boolean => required || optional;

/** Reads whole words, without the one that is being typed. */
export function readLine(program: Command, words: readonly string[]): TypedLine {
  let line: TypedLine = { command: program, given: 0, values: {}, ended: false };
  for (const word of words) line = after(line, word);
  return line;
}

function after({ pending, ...line }: TypedLine, word: string): TypedLine {
  if (pending !== undefined) return withValue(line, pending, word);
  if (!line.ended && word === '--') return { ...line, ended: true };
  if (!line.ended && word.startsWith('-') && word !== '-') return afterOption(line, word);
  const command = line.given === 0 ? commandsOf(line.command).find((known) => known.name() === word) : undefined;
  return command === undefined ? { ...line, given: line.given + 1 } : { ...line, command };
}

function afterOption(line: TypedLine, word: string): TypedLine {
  const long = word.startsWith('--');
  const equals = word.indexOf('=');
  const flag = long ? word.slice(0, equals < 0 ? word.length : equals) : word.slice(0, 2);
  const option = optionsOf(line.command).find((known) => known.long === flag || known.short === flag);
  if (option === undefined || !takesValue(option)) return line;
  if (long) return equals < 0 ? { ...line, pending: option } : withValue(line, option, word.slice(equals + 1));
  return word.length === 2 ? { ...line, pending: option } : withValue(line, option, word.slice(2));
}

const withValue = (line: TypedLine, option: Option, value: string): TypedLine => ({
  ...line,
  values: { ...line.values, [option.attributeName()]: value },
});
