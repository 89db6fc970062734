import type { Chapter, Snapshot, Spoken, View } from './model.ts';
import { explain } from './words.ts';

const EVERY_MS = 5_000;

/** Plain lines, for where there is no terminal: each says something new. */
export class Lines implements View {
  readonly #write: (text: string) => void;
  readonly #told = new Set<string>();
  #lastWords = '';
  #lastKey = '';
  #lastAt = 0;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  chapters(chapters: readonly Chapter[]): void {
    for (const { title, state, ms } of chapters) {
      if (state === 'running') this.#once(`\n== ${title}`);
      if (state === 'done' || state === 'failed')
        this.#once(`   ${state} in ${(ms / 1_000).toFixed(1)} s: ${title}`, title + state);
    }
  }

  command({ command, output }: Spoken): void {
    this.#line(`   $ ${command}`);
    for (const line of output) this.#line(`     ${line}`);
  }

  explain(words: string): void {
    if (words !== '' && words !== this.#lastWords) this.#line(`   ${words}`);
    this.#lastWords = words;
  }

  snapshot(snapshot: Snapshot): void {
    for (const { at, reason, message } of snapshot.events) {
      this.#once(`   ${clock(at)}  ${reason}: ${message}`, `${snapshot.tag}${at}${reason}${message}`);
    }
    this.explain(explain(snapshot));
    const key = `${snapshot.phase}/${snapshot.routed}`;
    if (key === this.#lastKey && snapshot.at - this.#lastAt < EVERY_MS) return;
    this.#lastKey = key;
    this.#lastAt = snapshot.at;
    this.#line(`   ${clock(snapshot.at)}  ${figures(snapshot)}`);
  }

  /** Lines stay: nobody has to wait. */
  async read(): Promise<void> {}

  close(): void {
    this.#line('');
  }

  #once(line: string, key = line): void {
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#line(line);
  }

  #line(line: string): void {
    this.#write(`${line}\n`);
  }
}

export const clock = (at: number): string => new Date(at).toTimeString().slice(0, 8);

function figures({ phase, asked, routed, measured, success, p99, sent, failed }: Snapshot): string {
  const share = measured === undefined ? 'none measured yet' : `${measured.toFixed(1)} % measured`;
  const answers = `success ${success.toFixed(2)} %, p99 ${p99.toFixed(0)} ms`;
  return `${phase}: weight ${asked} % asked, ${routed} % at the gateway, ${share}; ${answers}; ${sent} sent, ${failed} failed`;
}
