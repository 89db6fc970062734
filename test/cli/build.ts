import type { Io } from '../../src/cli/io.ts';
import { run } from '../../src/cli/program.ts';
import type { Canary } from '../../src/rollout/machine/canary.ts';
import type { Phase, Release } from '../../src/rollout/machine/state.ts';
import { type CanaryStatus, statusOf } from '../../src/rollout/machine/status.ts';

export const NOW = Date.parse('2026-11-23T12:00:00Z');

export interface Told {
  code: number | undefined;
  stdout: string;
  stderr: string;
}

export interface World {
  stdin?: string | Uint8Array;
  env?: Record<string, string>;
  isTTY?: boolean;
}

/** Runs the program in this process. */
export async function headgate(
  argv: readonly string[],
  { stdin = '', env = {}, isTTY = false }: World = {},
): Promise<Told> {
  const told: Told = { code: undefined, stdout: '', stderr: '' };
  const output = (name: 'stdout' | 'stderr') => ({
    isTTY,
    write: (text: string, written?: () => void) => {
      told[name] += text;
      written?.();
    },
  });
  const io: Io = {
    stdout: output('stdout'),
    stderr: output('stderr'),
    env,
    version: '1.2.3',
    name: 'headgate',
    stdin: async () => Buffer.from(stdin),
    now: () => NOW,
    exit: (code) => {
      told.code = code;
    },
  };
  await run(argv, io);
  return told;
}

const RELEASE: Release = {
  revision: 'v2',
  requestedBy: 'alice',
  path: 'canary',
  startedAt: '2026-11-23T11:57:00.000Z',
  weight: 0,
  replicas: 1,
  ready: 1,
  stableReplicas: 6,
  failedChecks: 0,
  inconclusive: 0,
  errors: 0,
};

export interface Stored {
  phase?: Phase;
  /** Of the release; `undefined` for none. */
  release?: Partial<Release> | undefined;
  stable?: string;
  previous?: string;
  /** The weight of the route. */
  routed?: number;
  command?: CanaryStatus['command'];
  annotations?: Record<string, string>;
  invalid?: string;
}

/** A Canary as the scheduler writes it; without a phase, as it is before that. */
export function canary(stored: Stored = {}): Canary {
  const { annotations } = stored;
  const metadata = { name: 'podinfo', namespace: 'prod', creationTimestamp: '2026-11-20T12:00:00Z' };
  return {
    apiVersion: 'headgate.dev/v1',
    kind: 'Canary',
    metadata: { ...metadata, ...(annotations && { annotations }) },
    spec: { targetRef: { name: 'podinfo' } },
    ...(stored.phase && { status: written(stored.phase, stored) }),
  };
}

function written(phase: Phase, stored: Stored): CanaryStatus {
  const { stable = 'v1', previous, command, routed = 0, invalid } = stored;
  const release = 'release' in stored ? stored.release : {};
  const template = { spec: { containers: [] } };
  return statusOf({
    state: {
      phase,
      since: '2026-11-23T11:58:40.000Z',
      stable: { revision: stable, template, available: true },
      ...(previous && { previous: { revision: previous, replacedAt: '2026-11-22T12:00:00Z' } }),
      ...(release && { release: { ...RELEASE, ...release } }),
      ...(command && { command }),
    },
    spec: undefined,
    stopsPodsFirst: false,
    generation: 1,
    before: undefined,
    route: { weight: routed, version: '1', stale: false },
    ...(invalid !== undefined && { invalid }),
  });
}
