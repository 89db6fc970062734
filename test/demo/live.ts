import { setTimeout as sleep } from 'node:timers/promises';
import { frame, type Picture } from './frame.ts';
import type { Chapter, Snapshot, Spoken, View } from './model.ts';
import { explain } from './words.ts';

const EVERY_MS = 250;
const READ_MS = 3_000;
const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?1049l\u001b[?25h';
const HOME = '\u001b[H';
const END_OF_LINE = '\u001b[K';
const BELOW = '\u001b[J';

/** One view that is drawn again and again, on the terminal's second screen. */
export class Live implements View {
  readonly #out: NodeJS.WriteStream;
  readonly #env: NodeJS.ProcessEnv;
  readonly #timer: NodeJS.Timeout;
  readonly #leave = (): boolean => this.#out.write(LEAVE);
  #picture: Picture = {
    startedAt: Date.now(),
    now: Date.now(),
    chapters: [],
    spoken: [],
    words: '',
    snapshot: undefined,
  };

  constructor(out: NodeJS.WriteStream, env: NodeJS.ProcessEnv) {
    this.#out = out;
    this.#env = env;
    out.write(ENTER);
    // However the process ends, the terminal is as it was.
    process.once('exit', this.#leave);
    this.#timer = setInterval(() => this.#draw(), EVERY_MS);
  }

  chapters(chapters: readonly Chapter[]): void {
    this.#picture = { ...this.#picture, chapters };
  }

  command(spoken: Spoken): void {
    this.#picture = { ...this.#picture, spoken: [...this.#picture.spoken, spoken], snapshot: undefined, words: '' };
    this.#draw();
  }

  explain(words: string): void {
    this.#picture = { ...this.#picture, words };
  }

  snapshot(snapshot: Snapshot): void {
    this.#picture = { ...this.#picture, snapshot, words: explain(snapshot) };
  }

  async read(): Promise<void> {
    await sleep(READ_MS);
  }

  close(): void {
    clearInterval(this.#timer);
    process.off('exit', this.#leave);
    this.#leave();
  }

  #draw(): void {
    const { columns, rows } = this.#out;
    const screen = { columns, rows, unicode: isUnicode(this.#env), colour: this.#env['NO_COLOR'] === undefined };
    const lines = frame({ ...this.#picture, now: Date.now() }, screen);
    this.#out.write(`${HOME}${lines.map((line) => `${line}${END_OF_LINE}`).join('\n')}${END_OF_LINE}\n${BELOW}`);
  }
}

const isUnicode = ({ LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv): boolean =>
  /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '');
