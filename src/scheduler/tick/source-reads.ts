import { isForbidden, KubeError } from '../../cluster/errors.ts';
import { isLate, orLate } from '../../process/deadline.ts';
import type { Source, SourceAnswer, UnknownSource } from '../../rollout/machine/sources.ts';
import type { PartReader } from '../world/traffic.ts';
import { READ_DEADLINE_MS } from './read-deadline.ts';

const NO_ANSWER = 'the API server does not answer';

/** Why a source is not known. Few words, which stay the same while the trouble does: the status has them. */
export function whyUnknown(error: unknown): string {
  if (isForbidden(error)) return 'the scheduler may not read it';
  if (!(error instanceof KubeError)) return error instanceof Error ? error.message : String(error);
  if (error.code === 'KUBE_UNREADABLE') return 'the API server answers with something else';
  return error.status === 0 ? NO_ANSWER : `the API server answers with ${error.status}`;
}

/** What is asked of one source; a source may be asked several things. */
export interface Question {
  source: Source;
  about?: string;
}

/**
 * Reads of sources that may not answer. One that was late is not waited for again, nor asked again, before it has answered:
 * a source that hangs costs one deadline, and not one in each tick.
 */
export class SourceReads {
  readonly #onAnswer: (key: string) => void;
  readonly #late = new Set<string>();

  /** @param onAnswer a source that was late for this key has answered, or failed: it is worth another look */
  constructor(onAnswer: (key: string) => void) {
    this.#onAnswer = onAnswer;
  }

  /** The reads of one observation, or of one write that looks again; their deadline begins now. */
  begin(key: string): ObservationReads {
    return new ObservationReads(key, { late: this.#late, onAnswer: this.#onAnswer });
  }
}

interface Shared {
  late: Set<string>;
  onAnswer: (key: string) => void;
}

export class ObservationReads {
  readonly #key: string;
  readonly #shared: Shared;
  readonly #endsAt = performance.now() + READ_DEADLINE_MS;
  readonly #unknown = new Map<string, UnknownSource>();

  constructor(key: string, shared: Shared) {
    this.#key = key;
    this.#shared = shared;
  }

  /** How much longer this observation may wait. */
  get leftMs(): number {
    return Math.max(this.#endsAt - performance.now(), 0);
  }

  /** What gave no answer, each source once. */
  get unknown(): UnknownSource[] {
    const bySource = new Map([...this.#unknown.values()].reverse().map((entry) => [entry.source, entry]));
    return [...bySource.values()].reverse();
  }

  /** Asks a source, for as long as the observation may take. Never throws. */
  async read<T>({ source, about = '' }: Question, reading: () => Promise<T>): Promise<SourceAnswer<T>> {
    const id = `${this.#key} ${source} ${about}`;
    const answer = await this.#answer(id, reading);
    if (answer.known) this.#unknown.delete(id);
    else this.#unknown.set(id, { source, why: answer.why });
    return answer;
  }

  /** Nothing is known of a source, for another reason than that it cannot be read. */
  giveUp(source: Source, why: string): void {
    this.#unknown.set(source, { source, why });
  }

  /** Reads what divides traffic, part by part; one that gives no answer is left out, and unknown. */
  readonly readPart: PartReader = async ({ isRoute, about }, read) => {
    const answer = await this.read({ source: isRoute ? 'routes' : 'rules', about }, read);
    return answer.known ? answer.value : [];
  };

  async #answer<T>(id: string, reading: () => Promise<T>): Promise<SourceAnswer<T>> {
    const { late, onAnswer } = this.#shared;
    if (late.has(id)) return { known: false, why: NO_ANSWER };
    const begun = reading();
    try {
      const value = await orLate(begun, this.leftMs);
      if (!isLate(value)) return { known: true, value };
    } catch (error) {
      return { known: false, why: whyUnknown(error) };
    }
    late.add(id);
    const settled = () => {
      late.delete(id);
      onAnswer(this.#key);
    };
    begun.then(settled, settled);
    return { known: false, why: NO_ANSWER };
  }
}

/** What a source answered; undefined while it is unknown. */
export async function valueOf<T>(
  reading: ObservationReads,
  source: Source,
  read: () => Promise<T>,
): Promise<T | undefined> {
  const answer = await reading.read({ source }, read);
  return answer.known ? answer.value : undefined;
}
