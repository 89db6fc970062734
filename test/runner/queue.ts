import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';

/** Files that several rigs work through. Each is begun by the rig that is the first to ask: a mark in a directory of theirs. */
export class SharedQueue {
  readonly #dir: string;
  readonly #files: readonly string[];

  constructor(dir: string, files: readonly string[]) {
    this.#dir = dir;
    this.#files = files;
  }

  get isEmpty(): boolean {
    return this.#files.every((file) => existsSync(this.#mark(file)));
  }

  /** In their order, one at a time, until none is left that nobody has begun. */
  *map<T>(use: (file: string) => T): Generator<T> {
    for (const file of this.#files) if (this.#begin(file)) yield use(file);
  }

  #begin(file: string): boolean {
    try {
      closeSync(openSync(this.#mark(file), 'wx'));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  }

  #mark(file: string): string {
    return join(this.#dir, encodeURIComponent(file));
  }
}
