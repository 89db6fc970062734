import type { KubeObject } from '../../rollout/kube.ts';
import { canonical } from '../../rollout/workload/template.ts';

interface Answer {
  /** The spec that was written. */
  asked: unknown;
  /** What it was stored as, in canonical form. */
  stored: string;
}

/**
 * What the API server makes of a spec that it does not take word for word: it drops fields that the installed Istio does not
 * know. As long as such an object stays what it became, it counts as what was asked for; else it would be written for ever.
 */
export class StoredSpecCache {
  readonly #answers = new Map<string, Answer>();

  /** After a write: the spec that was asked for, and the object that the API server answered. */
  note(asked: unknown, { metadata, spec }: KubeObject): void {
    const stored = canonical(spec);
    if (stored === canonical(asked)) this.#answers.delete(metadata.uid ?? '');
    else this.#answers.set(metadata.uid ?? '', { asked, stored });
  }

  /** The object with the spec that was asked for, as long as it is stored as what the API server made of that. */
  asWritten<T extends KubeObject>(object: T): T {
    const answer = this.#answers.get(object.metadata.uid ?? '');
    return answer !== undefined && answer.stored === canonical(object['spec'])
      ? { ...object, spec: answer.asked }
      : object;
  }

  /** The object is gone. */
  forget({ metadata }: KubeObject): void {
    this.#answers.delete(metadata.uid ?? '');
  }
}
