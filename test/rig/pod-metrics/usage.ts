import { readFileSync } from 'node:fs';
import type { RunningPod } from '../agent.ts';

/** What a container used. */
export interface Usage {
  container: string;
  /** Billionths of a core, over the window. */
  nanocores: number;
  bytes: number;
}

interface Sample {
  /** Milliseconds of a monotonic clock. */
  at: number;
  /** Milliseconds of CPU since the process began, by process id. */
  cpuMs: ReadonlyMap<number, number>;
}

/** The kernel counts in ticks of a hundredth of a second, whatever its own clock is. */
const TICK_MS = 10;
const PAGE_BYTES = 4_096;

/** The CPU time of a process with all its threads; undefined when it is gone. */
export function cpuMsOf(pid: number): number | undefined {
  const stat = fileOf(pid, 'stat');
  // The name of the program is in parentheses, and may have any character.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  const [user, system] = [fields[11], fields[12]].map(Number);
  return stat === undefined ? undefined : ((user ?? 0) + (system ?? 0)) * TICK_MS;
}

/** The memory of a process. */
export const bytesOf = (pid: number): number => Number(fileOf(pid, 'statm')?.split(' ')[1] ?? 0) * PAGE_BYTES;

function fileOf(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return undefined;
  }
}

/** What the processes of pods used, over the last seconds. */
export class PodUsage {
  readonly windowMs: number;
  #samples: Sample[] = [];

  constructor(windowMs: number) {
    this.windowMs = windowMs;
  }

  /** To be called several times in a window. */
  sample(pods: readonly RunningPod[]): void {
    const at = performance.now();
    const pids = pods.flatMap(({ containers }) => containers.flatMap(({ pid }) => pid ?? []));
    const cpuMs = new Map(pids.flatMap((pid) => [[pid, cpuMsOf(pid) ?? 0] as const]));
    const kept = this.#samples.filter((sample) => at - sample.at <= this.windowMs);
    this.#samples = [...kept, { at, cpuMs }];
  }

  /** Undefined for a pod of which not enough was seen yet. */
  of({ containers }: RunningPod): Usage[] | undefined {
    const found = containers.map(({ name, pid }) => {
      const nanocores = pid === undefined ? undefined : this.#nanocores(pid);
      return pid === undefined || nanocores === undefined
        ? undefined
        : { container: name, nanocores, bytes: bytesOf(pid) };
    });
    return found.every((usage) => usage !== undefined) ? found : undefined;
  }

  #nanocores(pid: number): number | undefined {
    const seen = this.#samples.filter(({ cpuMs }) => cpuMs.has(pid));
    const [first, last] = [seen[0], seen.at(-1)];
    if (first === undefined || last === undefined || last.at - first.at < this.windowMs / 2) return undefined;
    const used = (last.cpuMs.get(pid) ?? 0) - (first.cpuMs.get(pid) ?? 0);
    return Math.round((used / (last.at - first.at)) * 1e9);
  }
}
