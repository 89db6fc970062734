import { stripVTControlCharacters } from 'node:util';

/** Characters of an answer that a person is shown; an Event has room for 1024 in all. */
const MOST_SHOWN = 500;

const INVISIBLE = /[\p{C}\p{Z}]+/gu;

/** Characters that are looked at: room for colours around what is shown. */
const MOST_READ = 8_192;

/** The text in one line, without colours and other things that cannot be seen, and not too long. */
export function forPerson(text: string): string {
  const line = stripVTControlCharacters(text.slice(0, MOST_READ)).replaceAll(INVISIBLE, ' ').trim();
  const characters = Array.from(line);
  if (characters.length <= MOST_SHOWN) return line;
  return `${characters
    .slice(0, MOST_SHOWN - 1)
    .join('')
    .trimEnd()}…`;
}
