import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The kernel counts CPU time in hundredths of a second, whatever the machine. */
const TICK_MS = 10;

/** CPU time that a process has used, user and system, in milliseconds. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name may have spaces and brackets; utime and stime are the 12th and 13th field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Memory that a process has in RAM, in bytes. */
export function residentBytes(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1_024;
}

const ESTABLISHED = '01';

/** Open TCP connections of a process. */
export function connections(pid: number): number {
  const own = new Set(readdirSync(`/proc/${pid}/fd`).map((fd) => targetOf(`/proc/${pid}/fd/${fd}`)));
  const lines = ['tcp', 'tcp6'].flatMap((file) =>
    readFileSync(`/proc/${pid}/net/${file}`, 'utf8').split('\n').slice(1),
  );
  const fields = lines.map((line) => line.trim().split(/\s+/));
  return fields.filter(([, , , state, ...rest]) => state === ESTABLISHED && own.has(`socket:[${rest[5]}]`)).length;
}

/** A file may have been closed since it was listed. */
function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}

/** Time that all processors together were busy and idle, in hundredths of a second, since the machine began. */
export function machineTimes(): { busy: number; idle: number } {
  const [user = 0, nice = 0, system = 0, idle = 0, waiting = 0, ...others] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)
    .flatMap((line) => line.trim().split(/\s+/).slice(1, 9).map(Number));
  const rest = others.reduce((sum, value) => sum + value, 0);
  return { busy: user + nice + system + rest, idle: idle + waiting };
}

/** The share of the machine that was busy between two times. */
export function busyShare(from: ReturnType<typeof machineTimes>, to: ReturnType<typeof machineTimes>): number {
  const busy = to.busy - from.busy;
  return busy / (busy + to.idle - from.idle);
}
