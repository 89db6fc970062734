import { RecentMap } from '../../../recent-map.ts';

/** Texts that are remembered. */
const MOST = 256;

/** Whether a text is remembered: of longer ones there are few, and some are as long as they are to do harm. */
export const isShort = (text: string): boolean => text.length <= 4_096;

/**
 * What was made of texts lately. The settings of a Deployment are judged several times for one change of it, and again for the
 * next, and are mostly those of others too. What is made of a text must follow from nothing else.
 */
export class RecentTexts<T> {
  readonly #made = new RecentMap<string, T>(MOST);

  of(text: string, make: (text: string) => T): T {
    if (!isShort(text)) return make(text);
    const made = this.#made.get(text) ?? make(text);
    this.#made.set(text, made);
    return made;
  }
}
