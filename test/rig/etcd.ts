import { etcdPeerUrl, etcdUrl } from './addresses.ts';
import { answers } from './http.ts';
import type { Layout } from './layout.ts';
import type { ProgramSpec } from './process.ts';

/** One etcd member. It does not sync to disk: the data dies with the rig, and the disk would set the pace. */
export function etcd(layout: Layout, command: string): ProgramSpec {
  return {
    name: 'etcd',
    command,
    args: [
      '--name=rig',
      `--data-dir=${layout.data('etcd')}`,
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      `--listen-peer-urls=${etcdPeerUrl}`,
      `--initial-advertise-peer-urls=${etcdPeerUrl}`,
      `--initial-cluster=rig=${etcdPeerUrl}`,
      '--unsafe-no-fsync',
      '--log-level=warn',
      '--quota-backend-bytes=4294967296',
    ],
    logFile: layout.log('etcd'),
    ready: () => answers(`${etcdUrl}/readyz`),
    stopGraceMs: 2_000, // it would wait for every open watch
  };
}
