import { isDeepStrictEqual } from 'node:util';
import type { HookCaller, HookQuestion } from '../../hooks/call.ts';
import { hookPayload } from '../../hooks/payload.ts';
import type { Reply } from '../../hooks/reply.ts';
import { type HookAnswer, longestMs, type WantedCall, type WantedPoll } from '../../rollout/machine/calls.ts';
import type { Hook } from '../../rollout/spec/spec-types.ts';
import type { HookDesk, HookSubject } from '../ports.ts';
import { Places } from './places.ts';

export interface DeskOptions {
  caller: Pick<HookCaller, 'ask'>;
  /** An answer came that may change something. */
  onAnswer: (key: string) => void;
  clock?: () => number;
}

/** Calls at the same time: of all Canaries, and of each; polls are counted apart, so that calls do not hold them up. */
const PLACES = { all: 64, perKey: 16 };
/** An answer that nobody asks for any more: the Canary is looked at by another process now, or gone. */
const KEPT_MS = 600_000;

/** A question from when it is wanted until it is not any more. */
interface Case {
  readonly id: string;
  readonly hook: Hook;
  readonly revision: string;
  /** Ends everything about it. */
  readonly ending: AbortController;
  /** Polls only. */
  readonly everyMs?: number;
  isAsked: boolean;
  answer?: HookAnswer;
  /** When it is forgotten if nothing else happens. */
  timer?: NodeJS.Timeout;
}

/** See `HookDesk`. Everything here may be lost at any moment: what is still wanted then is asked again. */
export class Desk implements HookDesk {
  readonly #options: DeskOptions;
  readonly #clock: () => number;
  readonly #places = new Places(PLACES);
  readonly #cases = new Map<string, Map<string, Case>>();
  #isClosed = false;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
  }

  answersFor(key: string): HookAnswer[] {
    const now = this.#clock();
    const cases = [...(this.#cases.get(key)?.values() ?? [])];
    return cases.flatMap(({ answer, hook, everyMs }) => {
      // While ticks of this Canary ran elsewhere, nobody asked here: what was said then counts no more.
      const isOld = answer && everyMs !== undefined && now > answer.at + everyMs + longestMs(hook);
      return answer && !isOld ? [answer] : [];
    });
  }

  want(key: string, subject: HookSubject, calls: readonly WantedCall[], polls: readonly WantedPoll[]): void {
    if (this.#isClosed) return;
    const before = this.#cases.get(key);
    const wanted = [
      ...calls.map((call) => this.#call(key, subject, call, before?.get(call.id))),
      ...polls.map((poll) => this.#poll(key, subject, poll, before?.get(poll.id))),
    ];
    const after = new Map(wanted.map((entry) => [entry.id, entry]));
    if (after.size > 0) this.#cases.set(key, after);
    else this.#cases.delete(key);
    for (const entry of before?.values() ?? []) if (after.get(entry.id) !== entry) end(entry);
  }

  forget(key: string): void {
    for (const entry of this.#cases.get(key)?.values() ?? []) end(entry);
    this.#cases.delete(key);
  }

  /** Breaks everything off; nothing is asked any more. */
  close(): void {
    this.#isClosed = true;
    for (const key of this.#cases.keys()) this.forget(key);
  }

  /** The same question is put once. Without an answer in time it is forgotten, and a new one if it is still wanted then. */
  #call(key: string, subject: HookSubject, { id, hook, until }: WantedCall, present: Case | undefined): Case {
    const entry = present ?? { id, hook, revision: subject.revision, ending: new AbortController(), isAsked: false };
    if (entry.answer === undefined) this.#forgetIn(key, entry, until - this.#clock());
    if (present === undefined) void this.#ask(key, subject, entry);
    return entry;
  }

  /** Another hook, or another revision, under the same id is another question: the answer to one is none to the other. */
  #poll(key: string, subject: HookSubject, { id, hook, everyMs }: WantedPoll, present: Case | undefined): Case {
    const { revision } = subject;
    const isSame = present?.revision === revision && isDeepStrictEqual(present.hook, hook);
    const entry = isSame ? present : { id, hook, revision, everyMs, ending: new AbortController(), isAsked: false };
    const isDue = entry.answer === undefined || this.#clock() >= entry.answer.at + everyMs;
    if (!entry.isAsked && isDue) void this.#ask(key, subject, entry);
    return entry;
  }

  async #ask(key: string, subject: HookSubject, entry: Case): Promise<void> {
    const { signal } = entry.ending;
    entry.isAsked = true;
    if (entry.everyMs !== undefined) clearTimeout(entry.timer);
    const place = entry.everyMs === undefined ? key : `${key} polls`;
    if (!(await this.#places.take(place, signal))) return;
    const reply = await this.#options.caller.ask(questionOf(entry.hook, subject), signal);
    this.#places.release(place);
    entry.isAsked = false;
    if (!signal.aborted) this.#take(key, entry, reply);
  }

  #take(key: string, entry: Case, { outcome, message }: Reply): void {
    const { id, answer: last, everyMs } = entry;
    entry.answer = { id, outcome: outcome === 'passed' ? outcome : 'failed', message, at: this.#clock() };
    this.#forgetIn(key, entry, KEPT_MS);
    const isNews = everyMs === undefined || last?.outcome !== entry.answer.outcome || last.message !== message;
    if (isNews) this.#options.onAnswer(key);
  }

  #forgetIn(key: string, entry: Case, ms: number): void {
    clearTimeout(entry.timer);
    const forget = (): void => {
      end(entry);
      const cases = this.#cases.get(key);
      if (cases?.get(entry.id) === entry) cases.delete(entry.id);
      if (cases?.size === 0) this.#cases.delete(key);
    };
    entry.timer = setTimeout(forget, Math.max(ms, 0)).unref();
  }
}

function end({ ending, timer }: Case): void {
  clearTimeout(timer);
  ending.abort();
}

const questionOf = ({ type, url, timeoutMs, retries, metadata }: Hook, subject: HookSubject): HookQuestion => ({
  type,
  url,
  namespace: subject.namespace,
  timeoutMs,
  retries,
  body: hookPayload(subject, metadata),
});
