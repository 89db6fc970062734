import type { HookAnswer, WantedCall, WantedPoll } from '../../src/rollout/machine/calls.ts';
import type { Hook } from '../../src/rollout/spec/spec-types.ts';

/** What a hook answers; undefined: nothing, for ever. */
export type HookSays = (hook: Hook) => Pick<HookAnswer, 'outcome' | 'message'> | undefined;

/** The scheduler's HookRunner for hooks that answer at once or never. */
export class SimulatedHookRunner {
  /** Questions that were put, for a trace. */
  onAsk: (hook: Hook) => void = () => undefined;
  says: HookSays = () => ({ outcome: 'passed', message: '' });
  #answers = new Map<string, HookAnswer>();

  get answers(): HookAnswer[] {
    return [...this.#answers.values()];
  }

  /** The process dies. */
  forget(): void {
    this.#answers.clear();
  }

  /** True if an answer came that may change something. */
  setWanted(calls: readonly WantedCall[], polls: readonly WantedPoll[], now: number): boolean {
    const wanted = [...calls.map((call) => ({ ...call, everyMs: Number.POSITIVE_INFINITY })), ...polls];
    const ids = new Set(wanted.map(({ id }) => id));
    for (const id of this.#answers.keys()) if (!ids.has(id)) this.#answers.delete(id);
    return wanted.filter((question) => this.#ask(question, now)).length > 0;
  }

  #ask({ id, hook, everyMs }: WantedPoll, now: number): boolean {
    const before = this.#answers.get(id);
    if (before !== undefined && now - before.at < everyMs) return false;
    if (before === undefined) this.onAsk(hook);
    const said = this.says(hook);
    if (said === undefined) return false;
    this.#answers.set(id, { id, ...said, at: now });
    return before?.outcome !== said.outcome || before.message !== said.message;
  }
}
