#!/usr/bin/env node
import closeWithGrace from 'close-with-grace';
import { wordsOf } from './cli/io.ts';
import { addClientCommands, createProgram } from './cli/program.ts';
import { type Config, loadConfig } from './config.ts';
import { type Running, startInOrder } from './process/lifecycle.ts';
import { parseDuration } from './rollout/spec/schema/durations.ts';
import { masker } from './rollout/spec/wording/masked.ts';
import type { RunningScheduler } from './run-scheduler.ts';
import { secretsIn } from './server-address.ts';

const CLOSE_MS = 40_000;
const LINGER_MS = 500;

/** The last words of a process. */
const complain = (words: string): void =>
  void process.stderr.write(`headgate: ${masker(secretsIn(process.env))(words)}\n`);

/** Starts what a command runs, and stops it when the process is told to end. */
async function serve(start: (config: Config) => Promise<Running>): Promise<void> {
  const config = loadConfig(process.env);
  const running = await start(config);
  closeWithGrace({ delay: CLOSE_MS, logger: false }, async ({ err }) => {
    if (err) complain(err.stack ?? err.message);
    await running.stop();
  });
}

const scheduler = async (config: Config): Promise<RunningScheduler> =>
  (await import('./run-scheduler.ts')).runScheduler(config, process.env);
const webhook = async (config: Config, wake?: (key: string) => void): Promise<Running> =>
  (await import('./run-webhook.ts')).runWebhook(config, wake);
const loadtester = async (config: Config): Promise<Running> =>
  (await import('./run-loadtester.ts')).runLoadTester(config, process.env);

async function all(config: Config): Promise<Running> {
  const first = await scheduler(config);
  let second: Running | undefined;
  const start = async () => {
    second = await webhook(config, first.wake);
  };
  return startInOrder([first, { start, stop: () => second?.stop() }]);
}

const program = createProgram();
program
  .command('webhook')
  .description('run the admission webhook (settings: HEADGATE_* in the environment)')
  .action(() => serve((config) => webhook(config)));
program
  .command('scheduler')
  .description('run the scheduler (settings: HEADGATE_* in the environment)')
  .action(() => serve(scheduler));
program
  .command('loadtester')
  .description('run the load tester: commands and gates for webhooks (settings: HEADGATE_LOADTESTER_*)')
  .action(() => serve(loadtester));
program
  .command('all')
  .description('run both in one process, for development')
  .action(() => serve(all));
program
  .command('uninstall')
  .description('take Headgate off every Deployment: run in its pod, as the scheduler, before it is deleted')
  .option('--timeout <duration>', 'longest time for all of it', '4m')
  .action(async ({ timeout }: { timeout: string }) => {
    const timeoutMs = parseDuration(timeout);
    if (!timeoutMs) throw new Error(`--timeout ${timeout}: wanted a duration such as 4m`);
    process.exitCode = await (await import('./run-uninstall.ts')).runUninstall(loadConfig(process.env), timeoutMs);
  });
addClientCommands(program);

try {
  await program.parseAsync(wordsOf(process.argv), { from: 'user' });
} catch (error) {
  complain(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
  // Connections that a failed start leaves open would be tried again for ever, in a process that nobody waits for.
  setTimeout(() => process.exit(), LINGER_MS).unref();
}
