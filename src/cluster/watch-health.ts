import { KubeError } from './errors.ts';

/** A watch that was opened shows what there is once it has said something, or has been open for so long. */
const SETTLED_MS = 1_000;

/** Why a reflector's store may not be what the API server has. */
export interface WatchFailure {
  error: unknown;
  /** Of `performance.now()`: no watch showed anything from then on. */
  since: number;
}

/** Whether a watch shows what there is: one that opens and ends again and again does not. */
export class WatchHealth {
  #failure: WatchFailure | undefined;
  #failed = rejectable();
  #settling: NodeJS.Timeout | undefined;

  get failure(): WatchFailure | undefined {
    return this.#failure;
  }

  /** Rejects with the next error. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /** To be called when it is opened. */
  opened(): void {
    this.#settling = setTimeout(() => this.shown(), SETTLED_MS).unref();
  }

  /** It has said something, or there is nothing to be said. */
  shown(): void {
    clearTimeout(this.#settling);
    if (this.#failure === undefined) return;
    this.#failure = undefined;
    this.#failed = rejectable();
  }

  /** To be called when it has ended, however it has. @param error undefined: in order */
  ended(path: string, error: unknown): void {
    clearTimeout(this.#settling);
    const why = error ?? new KubeError(`watch ${path}: it ended, and is not open again`, { code: 'KUBE_UNREACHABLE' });
    this.#failure = { error: why, since: this.#failure?.since ?? performance.now() };
    if (error !== undefined) this.#failed.reject(error);
  }
}

/** A promise that may be rejected without anybody waiting for it. */
function rejectable(): PromiseWithResolvers<never> {
  const made = Promise.withResolvers<never>();
  made.promise.catch(() => undefined);
  return made;
}
