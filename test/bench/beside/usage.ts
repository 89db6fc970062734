import { cpuMs, residentBytes } from '../support/process-usage.ts';

const SAMPLE_MS = 500;

export interface Usage {
  seconds: number;
  cpuSeconds: number;
  /** The most that all processes together had, and the first of them. */
  bytes: number;
  firstBytes: number;
}

/** What processes use until told to stop. */
export class UsageWatch {
  readonly #pids: readonly number[];
  readonly #from = performance.now();
  readonly #cpuMs: number;
  readonly #timer: NodeJS.Timeout;
  #bytes = 0;
  #firstBytes = 0;

  constructor(pids: readonly number[]) {
    this.#pids = pids;
    this.#cpuMs = this.#cpu();
    this.#look();
    this.#timer = setInterval(() => this.#look(), SAMPLE_MS);
  }

  stop(): Usage {
    clearInterval(this.#timer);
    this.#look();
    return {
      seconds: (performance.now() - this.#from) / 1_000,
      cpuSeconds: (this.#cpu() - this.#cpuMs) / 1_000,
      bytes: this.#bytes,
      firstBytes: this.#firstBytes,
    };
  }

  #look(): void {
    const all = this.#pids.map(residentBytes);
    const sum = all.reduce((total, bytes) => total + bytes, 0);
    this.#bytes = Math.max(this.#bytes, sum);
    this.#firstBytes = Math.max(this.#firstBytes, all[0] ?? 0);
  }

  #cpu(): number {
    return this.#pids.reduce((sum, pid) => sum + cpuMs(pid), 0);
  }
}
