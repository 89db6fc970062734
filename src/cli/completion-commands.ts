import { Argument, type Command } from 'commander';
import { perform } from './action.ts';
import { SHELLS, type Shell } from './completion/shells.ts';
import type { Io } from './io.ts';

const HELP = `
For this shell and the next ones:
  bash  echo 'source <(headgate completion bash)' >> ~/.bashrc
  zsh   echo 'source <(headgate completion zsh)' >> ~/.zshrc     (after compinit)
  fish  headgate completion fish > ~/.config/fish/completions/headgate.fish
kubectl completes "kubectl headgate" by itself where kubectl_complete-headgate is on the PATH: the same program, under that name.`;

/** What shells ask for, and what makes them ask. */
export function addCompletionCommands(program: Command, io: Io): void {
  program
    .command('completion')
    .description('print a script by which a shell completes commands, options and names')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .addHelpText('after', HELP)
    .action((shell: Shell) =>
      perform(io, async () => (await import('./commands/completion.ts')).completion(io, shell)),
    );
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .action((words: string[]) =>
      perform(io, async () => (await import('./commands/complete.ts')).completeWords(io, program, words)),
    );
}
