import { randomUUID } from 'node:crypto';
import { isForbidden } from '../../cluster/errors.ts';
import { KINDS, pathOf } from '../../cluster/kinds.ts';
import { COMMAND, COMMAND_BY } from '../../rollout/keys.ts';
import type { Action, Command } from '../../rollout/machine/commands/command-annotation.ts';
import { type CommandOutcome, commandOutcome } from '../command-outcome.ts';
import { type ClusterOptions, type Connection, connected } from '../connection.ts';
import { delayReasons, gatherDelay } from '../delay.ts';
import { EXIT, Failure } from '../exit.ts';
import { findCanary } from '../find.ts';
import { follow } from '../follow.ts';
import { whyForbidden } from '../forbidden.ts';
import type { Io } from '../io.ts';
import { pathName, viewOf } from '../view.ts';

/** The scheduler looks at once; after this long something keeps it. */
const WAIT_MS = 10_000;

export interface ReleaseCommandOptions extends ClusterOptions {
  /** False: write the command and end. */
  wait?: boolean;
  /** Default: the one that the Canary has now. */
  revision?: string;
}

/** `headgate abort|promote|pause|resume|retry|revert|pin NAME`: written to the Canary, where the scheduler finds it. */
export async function releaseCommand(
  io: Io,
  action: Action,
  name: string,
  options: ReleaseCommandOptions,
): Promise<number> {
  return connected(io, options, async (connection) => {
    const view = viewOf(await findCanary(connection, name));
    const revision = options.revision ?? view.revision;
    const command: Command = { id: randomUUID(), action, ...(revision && { revision }) };
    await writeCommand(connection, view.name, command);
    const said = options.wait === false ? `${action} is asked for` : await outcome(connection, view.name, command);
    io.stdout.write(`${pathName(view)}: ${said}\n`);
    return EXIT.ok;
  });
}

/** @throws Failure with what its author lacks, where that is rights */
async function writeCommand({ client, namespace }: Connection, name: string, command: Command): Promise<void> {
  // The stamp of the command before goes: without the webhook, that stays away from this one.
  const annotations = { [COMMAND]: JSON.stringify(command), [COMMAND_BY]: null };
  try {
    await client.patch(pathOf(KINDS.canaries, namespace, name), 'merge', { metadata: { annotations } });
  } catch (error) {
    if (!isForbidden(error)) throw error;
    throw new Failure(`you may not ${command.action} ${namespace}/${name}: ${whyForbidden(error)}`);
  }
}

/** What an accepted command did. @throws Failure for every other end */
async function outcome(connection: Connection, name: string, command: Command): Promise<string> {
  const { action } = command;
  const answer = await answered(connection, name, command);
  switch (answer.kind) {
    case 'accepted':
      return answer.message;
    case 'refused':
      throw new Failure(answer.message, EXIT.failed);
    case 'lost':
      throw new Failure(`${action} was not carried out: ${answer.message}`, EXIT.failed);
    case 'awaited': {
      const words = `${action} is asked for, and was not taken up within ${WAIT_MS / 1_000} s; it stays asked for, for this revision only`;
      const reasons = delayReasons(await gatherDelay(connection, name));
      throw new Failure([words, ...reasons].join('\n  '), EXIT.timeout);
    }
  }
}

async function answered(connection: Connection, name: string, command: Command): Promise<CommandOutcome> {
  const signal = AbortSignal.timeout(WAIT_MS);
  for await (const canary of follow({ ...connection, name, signal })) {
    const answer = commandOutcome(command, canary);
    if (answer.kind !== 'awaited') return answer;
  }
  return { kind: 'awaited' };
}
