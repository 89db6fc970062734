import fc from 'fast-check';

/** Of what texts are made that are hard to read: blanks, signs of YAML, JSON, PromQL, URLs and lists, and letters. */
const SIGNS = [
  ...Array.from(' \t\n\r,.:;/\\-_*&!|>?@#%~^=<>+$()[]{}\'"`aA01é\u0001\u{1f600}'),
  '- ',
  '? ',
  'a: b\n',
  '? a\n',
  '[{',
  '{a: ',
  '&a ',
  '*a ',
  '!x ',
  '<<: ',
  '|\n',
  '# a\n',
  '---\n',
  '""',
  '\\x41',
  ' until=',
  'canary/',
  'true',
  '://',
  'http://',
  '*.',
  '1h',
  '()',
  '(?:',
  'a+',
  'rate(',
  '[1m]',
  '{{',
  '}}',
  '{{x}}',
];

/** A few signs, again and again, perhaps numbered, with something before and after that makes it fit or not fit. */
const unit = fc.array(fc.constantFrom(...SIGNS), { minLength: 1, maxLength: 4 }).map((signs) => signs.join(''));
const end = fc.constantFrom('', 'x', '\n', ']', '}', ')', '"', '- ', '[', '{', '(', '"', '\u001b');

/** A kind of text, of any length. */
export interface Shape {
  name: string;
  of: (length: number) => string;
}

export const shape: fc.Arbitrary<Shape> = fc
  .record({ unit, start: end, stop: end, isNumbered: fc.boolean() })
  .map(({ unit, start, stop, isNumbered }) => ({
    name: `${JSON.stringify(start)} ${JSON.stringify(unit)}${isNumbered ? '#' : ''}… ${JSON.stringify(stop)}`,
    of: (length) => {
      const count = Math.max(1, Math.ceil(length / unit.length));
      const middle = isNumbered
        ? Array.from({ length: count }, (_, at) => `${unit}${at}`).join('')
        : unit.repeat(count);
      return start + middle.slice(0, Math.max(0, length - start.length - stop.length)) + stop;
    },
  }));

/** Entries until their JSON has the size. */
export function filled<T>(bytes: number, entry: (index: number) => T): T[] {
  const entries: T[] = [];
  for (let size = 0; size < bytes; ) {
    const next = entry(entries.length);
    size += JSON.stringify(next).length + 1;
    entries.push(next);
  }
  return entries;
}

export const KIB = 1_024;
/** What the API server takes of an object, and of all annotations of one. */
export const MOST_OBJECT = 1_536 * KIB;
export const MOST_ANNOTATIONS = 256 * KIB - 300;
