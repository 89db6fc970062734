import { dirname, isAbsolute } from 'node:path';
import type { Mount } from './volumes.ts';

/** A command that runs a program as a container would see itself: its own host name, and its volumes where it expects them. */
export interface Confined {
  command: string;
  args: string[];
}

/**
 * The mount points need not exist on this machine, so they are made in an overlay of its root that only this process
 * sees. What the root's file system does not hold (other mounts) is bound into it.
 */
const rooted = `
inside() { echo "$root/all$(chroot "$root/all" realpath -m "$1")"; }
mount -t tmpfs tmpfs "$root"
mkdir "$root/upper" "$root/work" "$root/all"
mount -t overlay overlay -o "lowerdir=/,upperdir=$root/upper,workdir=$root/work" "$root/all"
for dir in $shared; do to=$(inside "$dir"); mkdir -p "$to"; mount --rbind "$dir" "$to"; done
while [ "$1" != -- ]; do
  to=$(inside "$2")
  if [ -d "$1" ]; then mkdir -p "$to"; else mkdir -p "$(dirname "$to")"; touch "$to"; fi
  mount --bind "$1" "$to"
  shift 2
done
shift
`;

/**
 * Everything is done by exec, so the process id that is spawned is the program's. `root` is an empty directory for the
 * mounts, which no other process sees.
 */
export function confine(podName: string, program: readonly string[], mounts: readonly Mount[], root: string): Confined {
  // The file is quicker, and not writable in a user namespace.
  const name = `{ echo ${quote(podName)} >/proc/sys/kernel/hostname; } 2>/dev/null || hostname ${quote(podName)} || :`;
  if (mounts.length === 0) {
    return { command: 'unshare', args: ['--uts', 'sh', '-c', `${name}; exec "$@"`, 'pod', ...program] };
  }
  const [file = ''] = program;
  const shared = ['/proc', '/sys', '/dev', ...(isAbsolute(file) ? [dirname(file)] : [])];
  const known = `root=${quote(root)}; shared=${quote(shared.join(' '))}`;
  const script = `set -e; ${name}; ${known}; ${rooted} exec chroot "$root/all" "$@"`;
  const pairs = mounts.flatMap(({ source, target }) => [source, target]);
  return { command: 'unshare', args: ['--uts', '--mount', 'sh', '-c', script, 'pod', ...pairs, '--', ...program] };
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
