import type { FlaggerCanary } from './flagger-object.ts';

/** The names of one application: of its workload and of its Service. In Flagger's world each has a `-primary`, which runs. */
export type Names = Pick<FlaggerCanary, 'target' | 'service'>;

/** One of the names in a text. */
export interface Name {
  /** The name itself, or the placeholder for it. */
  text: string;
  of: keyof Names;
  isPlaceholder: boolean;
  suffix: '' | '-primary' | '-canary';
}

const PRIMARY = '-primary';
/** A name ends here: what goes on would be another one. A `-` before a pattern, as in `shop-.*`, does not go on. */
const END = '(?!\\w|-\\w)';

const known = ({ target, service }: Names): string[] => [...new Set([service, target])].filter((name) => name !== '');

/** A text with each of the names in it as `write` has it. */
export function replaceNames(text: string, names: Names, write: (name: Name) => string): string {
  const plain = known(names)
    .toSorted((a, b) => b.length - a.length)
    .map((name) => `|(?<![\\w-])${escaped(name)}(?=(?:-primary|-canary)?${END})`);
  const name = new RegExp(`(\\{\\{ (?:target|service) \\}\\}${plain.join('')})((?:-primary|-canary)${END})?`, 'g');
  return text.replaceAll(name, (_whole, found: string, suffix: Name['suffix'] = '') => {
    const isPlaceholder = found.startsWith('{{');
    const isTarget = found === (isPlaceholder ? '{{ target }}' : names.target);
    return write({ text: found, of: isTarget ? 'target' : 'service', isPlaceholder, suffix });
  });
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A text without placeholders as it is here, where what runs has the name itself. */
export const withoutPrimaries = (text: string, names: Names): string =>
  replaceNames(text, names, (name) =>
    name.suffix === PRIMARY && !name.isPlaceholder ? name.text : name.text + name.suffix,
  );

/** A name of what Flagger runs, of which there is none here, in whatever it stands: `shop-primary-5d8f6c7b9`. */
export const primaryIn = (text: string, names: Names): string | undefined =>
  known(names)
    .map((name) => name + PRIMARY)
    .find((primary) => new RegExp(`(?<!\\w)${escaped(primary)}`).test(text));
