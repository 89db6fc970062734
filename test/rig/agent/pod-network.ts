import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { nodeIp } from '../addresses.ts';

/**
 * Run in the pod's new network: a pair of devices between it and the rig's, whose namespace is that of process 1. There the pod's
 * address is local, as the whole range is, until a route that says more of it takes its place. All goes with the last process.
 */
const script = `
set -e
device="pod$$"
outside() { nsenter --net=/proc/1/ns/net ip "$@"; }
outside link add "$device" type veth peer name eth0 netns "$$"
outside link set "$device" up
ip link set lo up
ip address add "$1/32" dev eth0
ip link set eth0 up
ip route add default dev eth0
outside route add "$1/32" dev "$device" src "$2" table local
echo up
exec sleep infinity
`;

/** A network of one pod's own, in which its programs can bind every address. */
export class PodNetwork {
  /** Words before a command that take it there. */
  readonly enter: readonly string[];
  readonly #keeper: ChildProcess;

  private constructor(keeper: ChildProcess) {
    this.#keeper = keeper;
    this.enter = ['nsenter', `--net=/proc/${keeper.pid}/ns/net`];
  }

  /** Resolves when the pod's address leads there. */
  static async make(ip: string): Promise<PodNetwork> {
    const words = ['--net', 'sh', '-c', script, 'network', ip, nodeIp];
    const keeper = spawn('unshare', words, { stdio: ['ignore', 'pipe', 'pipe'] });
    const up = once(keeper.stdout, 'data');
    const failed = text(keeper.stderr).then((trouble) => Promise.reject(new Error(`network of the pod: ${trouble}`)));
    failed.catch(() => undefined); // it ends some day, when nobody waits any more
    await Promise.race([up, failed]);
    return new PodNetwork(keeper);
  }

  /** After the pod's last process. */
  close(): void {
    this.#keeper.kill('SIGKILL');
  }
}
