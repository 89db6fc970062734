import { Command, CommanderError, Option } from 'commander';
import { ACTIONS, type Action } from '../rollout/machine/commands/command-annotation.ts';
import { perform } from './action.ts';
import { addCompletionCommands } from './completion-commands.ts';
import { EXIT } from './exit.ts';
import { type Io, processIo } from './io.ts';
import { addReadOnlyCommands } from './read-only-commands.ts';

/** The program without its commands. A wrong command line ends it with 2. */
export function createProgram(io: Io = processIo()): Command {
  return new Command(io.name)
    .description('Progressive delivery for Deployments, gated at admission')
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
    .configureHelp({ showGlobalOptions: true })
    .exitOverride((error) => {
      io.exit(error.exitCode === 0 ? EXIT.ok : EXIT.error);
      throw error;
    });
}

/** The commands of a person or a pipeline. They import what they need when they run: a start is to be quick. */
export function addClientCommands(program: Command, io: Io = processIo()): Command {
  program
    .option('--kubeconfig <file>', 'default: $KUBECONFIG, else the account of the pod, else ~/.kube/config')
    .option('--context <context>', 'of the kubeconfig; default: its current one')
    .option('-n, --namespace <namespace>', 'default: the one of the context');
  addReadOnlyCommands(program, io);
  for (const action of ACTIONS) addReleaseCommand(program, io, action);
  addValidate(program, io);
  addImport(program, io);
  addCompletionCommands(program, io);
  program
    .command('version')
    .description('print the version')
    .action(() => perform(io, async () => (await import('./commands/version.ts')).version(io)));
  return program;
}

/** One call of the program, without the process around it: the last code that `io.exit` was given says how it ended. */
export async function run(argv: readonly string[], io: Io): Promise<void> {
  await addClientCommands(createProgram(io), io)
    .parseAsync(argv, { from: 'user' })
    .catch((error: unknown) => {
      if (!(error instanceof CommanderError)) throw error;
    });
}

const DESCRIPTIONS: Readonly<Record<Action, string>> = {
  abort: 'end the release as failed; the running version keeps running',
  promote: 'skip the rest of the analysis and roll the held revision out',
  pause: 'stop the release at the weight it has',
  resume: 'go on with a paused release',
  retry: 'analyse a failed revision again, from the start',
  revert: 'put the running version in the place of the held one',
  pin: 'release what runs once more, on snapshots of its ConfigMaps and Secrets',
};

function addReleaseCommand(program: Command, io: Io, action: Action): void {
  program
    .command(action)
    .description(DESCRIPTIONS[action])
    .argument('<name>', 'of a Canary, or of its Deployment')
    .option('--no-wait', 'do not wait until the scheduler has carried it out')
    .option('--revision <revision>', 'do it only for this one; default: the one under release now')
    .addHelpText('after', '\nExit codes: 0 done, 1 refused, 2 could not be asked for, 3 not taken up within 10 s')
    .action((name: string, _options, command: Command) =>
      perform(io, async () =>
        (await import('./commands/release-command.ts')).releaseCommand(io, action, name, command.optsWithGlobals()),
      ),
    );
}

function addValidate(program: Command, io: Io): void {
  program
    .command('validate')
    .description('check Deployments and Canaries in files as the webhook and a release would, without a cluster')
    .addOption(filename())
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing is wrong, 1 there are problems or nothing to check, 2 a file cannot be read',
    )
    .action((_options, command: Command) =>
      perform(io, async () => (await import('./commands/validate.ts')).validate(io, command.optsWithGlobals())),
    );
}

function addImport(program: Command, io: Io): void {
  program
    .command('import')
    .description("turn Flagger's Canaries, with their MetricTemplates and AlertProviders, into Headgate's")
    .addOption(filename())
    .addOption(new Option('-o, --output <format>').choices(['yaml', 'json']).default('yaml'))
    .addOption(
      new Option('--as <form>', 'objects to apply, or annotations to patch a Deployment with')
        .choices(['canary', 'annotations'])
        .default('canary'),
    )
    .addHelpText(
      'after',
      '\nExit codes: 0 everything came over, 1 something is lost, see the report, 2 a file cannot be read',
    )
    .action((_options, command: Command) =>
      perform(io, async () => (await import('./commands/import.ts')).importFlaggers(io, command.optsWithGlobals())),
    );
}

const filename = (): Option =>
  new Option(
    '-f, --filename <file>',
    'YAML or JSON with any number of documents, a directory of such, - for standard input; may be repeated',
  )
    .makeOptionMandatory()
    .argParser((file: string, before: string[] | undefined) => [...(before ?? []), file]);
