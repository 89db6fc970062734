/** The oldest Redis that has every command of the queue, and that was tried. */
const OLDEST = [6, 2] as const;

/** What keeps a server from being used, read from its answer to INFO; undefined if nothing does. */
export function problemIn(info: string): string | undefined {
  const field = fieldsOf(info);
  const version = field('redis_version') ?? '';
  if (isOlder(version)) {
    return `it is Redis ${version}, which is too old. Headgate needs Redis ${OLDEST.join('.')} or newer, or Valkey: upgrade it, or name another one`;
  }
  if (field('redis_mode') === 'cluster' || field('cluster_enabled') === '1') {
    return 'it is part of a Redis Cluster, which Headgate does not serve. Name a Redis that is none, or sentinels (redis+sentinel://)';
  }
  if (field('role') === 'slave') {
    return 'it is a replica, and takes no writes. Name its master, or the sentinels of both (redis+sentinel://)';
  }
  const policy = field('maxmemory_policy') ?? 'noeviction';
  if (policy === 'noeviction') return undefined;
  return `its maxmemory-policy is ${policy}: it would drop timers and notices when its memory is full. Set it to noeviction, in its configuration or in the settings of the service that runs it`;
}

/** `Redis 7.0.15`, `Valkey 9.1.2`. */
export function serverName(info: string): string {
  const field = fieldsOf(info);
  const valkey = field('valkey_version');
  return valkey === undefined ? `Redis ${field('redis_version') ?? 'of an unknown version'}` : `Valkey ${valkey}`;
}

function fieldsOf(info: string): (name: string) => string | undefined {
  const fields = new Map(info.split(/\r?\n/).map((line) => line.split(/:(.*)/s) as [string, string]));
  return (name) => fields.get(name)?.trim();
}

/** One that says no version is some other server that speaks as Redis does: it is taken at its word. */
function isOlder(version: string): boolean {
  const [major, minor] = version.split('.').map(Number);
  if (major === undefined || minor === undefined || Number.isNaN(major + minor)) return false;
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}
