import type { AuditEntry, Rig } from '../../rig/rig.ts';
import type { Due } from '../support/record-watch.ts';
import type { Plateau } from './plateau.ts';

const BY_SCHEDULER = /^headgate-scheduler/;

/** What the API server's audit log says of the scheduler, beside what the scheduler says itself. */
export class Steps {
  readonly #commits: ReadonlyMap<string, number[]>;
  readonly #weights: ReadonlyMap<string, number[]>;

  constructor(rig: Rig) {
    const writes = rig.audit.find({ userAgent: BY_SCHEDULER, verb: /^(update|patch)$/ });
    this.#commits = timesByKey(
      writes.filter(({ resource, subresource }) => resource === 'canaries' && subresource === 'status'),
    );
    this.#weights = timesByKey(writes.filter(({ resource }) => resource === 'virtualservices'));
  }

  /** From when a check was due to the commit of its outcome, ms (so far, where it has not come), for those due in the time. */
  commits(dues: readonly Due[], { from, to }: Plateau): number[] {
    return dues
      .filter(({ at }) => at >= from && at < to)
      .map(({ key, at }) => (this.#commits.get(key)?.find((time) => time >= at) ?? to) - at);
  }

  /** From one weight to the next of the same release, less the interval, ms, for those that came in the time. */
  weights(intervalMs: number, { from, to }: Pick<Plateau, 'from' | 'to'>): number[] {
    return [...this.#weights.values()].flatMap((times) =>
      times.flatMap((time, index) => {
        const before = times[index - 1];
        return before !== undefined && before >= from && time < to ? [time - before - intervalMs] : [];
      }),
    );
  }
}

function timesByKey(entries: readonly AuditEntry[]): Map<string, number[]> {
  const times = new Map<string, number[]>();
  for (const { namespace, name, at, code } of entries) {
    if (code !== 200) continue;
    const key = `${namespace}/${name}`;
    times.set(key, [...(times.get(key) ?? []), at]);
  }
  for (const list of times.values()) list.sort((a, b) => a - b);
  return times;
}
