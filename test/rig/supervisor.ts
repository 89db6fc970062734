import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter } from 'node:path';
import { Cluster, type ClusterOptions } from './cluster.ts';
import { setUpNetwork } from './network.ts';

/**
 * Runs inside the rig's namespaces as process 1: when it ends, however it ends, the kernel ends everything in them.
 * Started by up.ts, which tells it what to do over the IPC channel; the channel's end is the order to stop.
 */
export interface Order extends Omit<ClusterOptions, 'onExit'> {
  /** Empty: stay up until told to stop. */
  command: string[];
  /** The directory goes when the rig goes. */
  temporary: boolean;
}

/** Told when everything is ready. */
export interface Up {
  kubeconfig: string;
  bin: string;
  rigFile: string;
  ms: number;
}

export type ToSupervisor = { order: Order } | { signal: NodeJS.Signals };
export type FromSupervisor = { up: Up } | { failed: true };

let order: Order | undefined;
let forward: (signal: NodeJS.Signals) => void = () => process.exit(130);

process.on('message', (message: ToSupervisor) => {
  if ('signal' in message) forward(message.signal);
  else {
    order = message.order;
    void supervise(order);
  }
});
process.on('disconnect', vanish);
// From the terminal they reach the whole foreground group; up.ts decides and tells.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

/** up.ts was killed and cannot tidy up any more. As process 1 this one may end all others of the namespace at once. */
function vanish(): void {
  try {
    process.kill(-1, 'SIGKILL');
    if (order?.temporary) rmSync(order.dir, { recursive: true, force: true, maxRetries: 5 });
  } finally {
    process.exit(1);
  }
}

async function supervise(order: Order): Promise<void> {
  const began = Date.now();
  const onExit = (name: string, how: string, logFile: string): void =>
    console.error(`rig: ${name} ${how}; its log is ${logFile}`);
  const cluster = new Cluster({ ...order, onExit });
  let code = 1;
  try {
    setUpNetwork();
    const rig = await cluster.start();
    const up = { kubeconfig: rig.kubeconfig, bin: rig.bin, rigFile: cluster.layout.rigFile, ms: Date.now() - began };
    process.send?.({ up } satisfies FromSupervisor);
    code = await (order.command.length > 0 ? runCommand(order.command, up) : untilSignal());
  } catch (error) {
    console.error(`rig: ${(error as Error).message}`);
    process.send?.({ failed: true } satisfies FromSupervisor);
    code = 70;
  }
  await cluster.stop();
  process.exit(code);
}

function runCommand(command: readonly string[], up: Up): Promise<number> {
  const [file = '', ...args] = command;
  const env = {
    ...process.env,
    HEADGATE_RIG: up.rigFile,
    KUBECONFIG: up.kubeconfig,
    PATH: `${up.bin}${delimiter}${process.env['PATH']}`,
  };
  const child = spawn(file, args, { stdio: ['inherit', 'inherit', 'inherit'], env });
  forward = (signal) => child.kill(signal);
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(`rig: cannot run ${file}: ${error.message}`);
      resolve(127);
    });
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']));
  });
}

function untilSignal(): Promise<number> {
  return new Promise((resolve) => {
    forward = () => resolve(0);
  });
}
