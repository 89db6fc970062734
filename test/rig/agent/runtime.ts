import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../api.ts';
import type { Confined } from './confine.ts';
import type { Mount } from './volumes.ts';

/** An image that was built on this machine, and unpacked. */
export interface BuiltImage {
  /** Of the builder, which has it mounted. */
  container: string;
  /** Directory with the image's files. */
  rootfs: string;
  entrypoint: string[];
  /** `NAME=value`. */
  env: string[];
  /** `uid` or `uid:gid`. */
  user: string;
}

/** The built image of this name; undefined where pods run from sources. */
export function builtImage(name: string): BuiltImage | undefined {
  const file = process.env['HEADGATE_RIG_IMAGES'];
  return file === undefined ? undefined : (JSON.parse(readFileSync(file, 'utf8')) as Record<string, BuiltImage>)[name];
}

export interface Wish {
  pod: Json;
  container: Json;
  image: BuiltImage;
  /** What comes after the entrypoint. */
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  mounts: readonly Mount[];
  /** An empty directory for the bundle. */
  dir: string;
}

const UNITS: Record<string, number> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, k: 1e3, M: 1e6, G: 1e9, '': 1 };

function bytes(quantity: string | undefined): number | undefined {
  const [, count, unit = ''] = /^(\d+)([KMG]i|[kMG])?$/.exec(quantity ?? '') ?? [];
  return count === undefined ? undefined : Number(count) * (UNITS[unit] ?? 1);
}

const volatile = (destination: string) => ({
  destination,
  type: 'tmpfs',
  source: 'tmpfs',
  options: ['nosuid', 'mode=1777'],
});

/** As a container runtime: https://github.com/opencontainers/runtime-spec/blob/main/config.md. The network is the rig's. */
function configOf({ pod, container, image, args, env, mounts }: Wish): Json {
  const security = { ...pod.spec.securityContext, ...container.securityContext };
  const [uid = '0', gid = uid] = image.user.split(':');
  const limit = bytes(container.resources?.limits?.memory);
  const none = { bounding: [], effective: [], inheritable: [], permitted: [], ambient: [] };
  const dropsAll = (security.capabilities?.drop ?? []).includes('ALL');
  const own = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return {
    ociVersion: '1.0.2',
    hostname: pod.metadata.name,
    process: {
      user: { uid: security.runAsUser ?? Number(uid), gid: security.runAsGroup ?? Number(gid) },
      args: [...(container.command ?? image.entrypoint), ...args],
      // The image's PATH is the one that counts.
      env: [...own.filter((entry) => !entry.startsWith('PATH=')), ...image.env],
      cwd: '/',
      noNewPrivileges: security.allowPrivilegeEscalation === false,
      ...(dropsAll && { capabilities: none }),
    },
    root: { path: image.rootfs, readonly: security.readOnlyRootFilesystem ?? false },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755'] },
      { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['ro'] },
      volatile('/dev/shm'),
      ...mounts.map(({ source, target }) => ({ destination: target, source, options: ['bind', 'ro'] })),
    ],
    linux: {
      namespaces: ['pid', 'mount', 'uts', 'ipc'].map((type) => ({ type })),
      resources: { ...(limit !== undefined && { memory: { limit } }) },
    },
  };
}

/** A command that runs a container of the image, in the foreground. */
export function contain(wish: Wish): Confined {
  mkdirSync(wish.dir, { recursive: true });
  writeFileSync(join(wish.dir, 'config.json'), JSON.stringify(configOf(wish)));
  const id = `${wish.pod.metadata.uid}-${wish.container.name}-${process.hrtime.bigint()}`;
  return { command: 'runc', args: ['run', '--bundle', wish.dir, id] };
}
