import { canaryName } from '../../rollout/names.ts';
import type { Names } from './names.ts';

/** One comparison of a label with a text. */
export interface Matcher {
  label: string;
  operator: string;
  value: string;
  quote: string;
  /** What has the names that are the label's values. */
  bearer: 'workload' | 'service' | 'neither' | 'unknown';
}

/** Which of the two versions a matcher takes. */
export interface Taken {
  tested: boolean;
  running: boolean;
}

/** Names of the two versions where each runs. */
type Versions = Record<keyof Taken, string>;

const inFlagger = (name: string, isService: boolean): Versions => ({
  tested: isService ? canaryName(name) : name,
  running: `${name}-primary`,
});

const here = (name: string): Versions => ({ tested: canaryName(name), running: name });

/** What a matcher takes where Flagger releases; undefined where that cannot be known. */
export function takenInFlagger(matcher: Matcher, names: Names): Taken | undefined {
  const isService = matcher.bearer === 'service';
  return taken(matcher, names, inFlagger(nameFor(matcher, names), isService));
}

/** What a matcher takes where Headgate releases. */
export const takenHere = (matcher: Matcher, names: Names): Taken | undefined =>
  taken(matcher, names, here(nameFor(matcher, names)));

const nameFor = ({ bearer }: Matcher, { target, service }: Names): string => (bearer === 'service' ? service : target);

const A_POD = '-5d8f6c7b9-x2x4z';

function taken(matcher: Matcher, names: Names, { tested, running }: Versions): Taken | undefined {
  const { label, operator } = matcher;
  const pattern = rendered(matcher, names);
  if (pattern === undefined || names.target === '') return undefined;
  const isMatched = operator.endsWith('~') ? anchored(pattern) : (name: string) => name === pattern;
  const end = operator.endsWith('~') && /pod/.test(label) ? A_POD : '';
  const isTaken = (name: string): boolean => isMatched?.(name + end) === !operator.startsWith('!');
  return isMatched && { tested: isTaken(tested), running: isTaken(running) };
}

/** The value with the names of this application; undefined where it has more that is not known. */
function rendered({ value, quote }: Matcher, { target, service }: Names): string | undefined {
  // Backquotes know no escapes.
  const text = (quote === '`' ? value : value.replaceAll(/\\(.)/g, '$1'))
    .replaceAll('{{ target }}', target)
    .replaceAll('{{ service }}', service)
    .replaceAll('{{ canary }}', canaryName(target));
  return text.includes('{{') ? undefined : text;
}

const MOST_REPEATS = 6;

/** As Prometheus takes it, whole; undefined for what is none, and for what would take long to try. */
function anchored(pattern: string): ((name: string) => boolean) | undefined {
  const isTame =
    !/\)[*+{]/.test(pattern) && pattern.split('|').every((part) => part.split(/[*+{]/).length <= MOST_REPEATS);
  if (!isTame) return undefined;
  try {
    const whole = new RegExp(`^(?:${pattern})$`);
    return (name) => whole.test(name);
  } catch {
    return undefined;
  }
}
