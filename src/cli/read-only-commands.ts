import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../rollout/spec/schema/durations.ts';
import { perform } from './action.ts';
import { OUTPUTS } from './dump.ts';
import type { Io } from './io.ts';

/** The commands that change nothing. */
export function addReadOnlyCommands(program: Command, io: Io): void {
  addList(program, io);
  addGet(program, io);
  addHistory(program, io);
  addStatus(program, io);
}

const OF_CANARY = 'of a Canary, or of its Deployment';
const output = (): Option => new Option('-o, --output <format>', 'instead of what people read').choices(OUTPUTS);

function addList(program: Command, io: Io): void {
  program
    .command('list')
    .description('list the canaries of a namespace')
    .option('-A, --all-namespaces', 'of all namespaces')
    .addOption(output())
    .action((_options, command: Command) =>
      perform(io, async () => (await import('./commands/list.ts')).list(io, command.optsWithGlobals())),
    );
}

function addGet(program: Command, io: Io): void {
  program
    .command('get')
    .description('show a canary with its pods, routes and checks; without a name, list them')
    .argument('[name]', OF_CANARY)
    .option('-A, --all-namespaces', 'of all namespaces; without a name only')
    .addOption(output())
    .action((name: string | undefined, _options, command: Command) =>
      perform(io, async () => (await import('./commands/get.ts')).get(io, name, command.optsWithGlobals())),
    );
}

function addHistory(program: Command, io: Io): void {
  program
    .command('history')
    .description('list the releases of a Deployment, the newest first')
    .argument('<name>', OF_CANARY)
    .addOption(output())
    .action((name: string, _options, command: Command) =>
      perform(io, async () => (await import('./commands/history.ts')).history(io, name, command.optsWithGlobals())),
    );
}

const STATUS_HELP = `
Exit codes:
  0  the revision runs, and nothing is under way
  1  the release failed or stalled, or another revision took its place
  2  the command line is wrong, or the API server could not be asked
  3  --watch: still under way when --timeout was over
  4  without --watch: still under way`;

function addStatus(program: Command, io: Io): void {
  program
    .command('status')
    .description('show how a release stands, or with --watch follow it to its end')
    .argument('<name>', OF_CANARY)
    .option('-w, --watch', 'print a line for each change, until the release ends')
    .option('--timeout <duration>', 'longest watch, such as 10m; default: no limit', duration)
    .option('--revision <revision>', "default: the one of the Deployment's pod template")
    .addHelpText('after', STATUS_HELP)
    .action((name: string, _options, command: Command) =>
      perform(io, async () => (await import('./commands/status.ts')).status(io, name, command.optsWithGlobals())),
    );
}

function duration(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds) return milliseconds;
  throw new InvalidArgumentError('Write a duration, such as 90s, 10m or 1h.');
}
