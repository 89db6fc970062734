import { canaryName } from '../../rollout/names.ts';
import { type Matcher, type Taken, takenHere, takenInFlagger } from './matcher-reach.ts';
import { type Name, type Names, replaceNames } from './names.ts';

export interface TurnedQuery {
  query: string;
  notes: string[];
  problems: string[];
}

/** One comparison of a label with a text. */
const MATCHER = /(?<!\w)([a-zA-Z_]\w*)(\s*(?:=~|!~|!=|=)\s*)(["'`])((?:\\.|(?!\3)[^\\\n])*)\3/g;

/** What has the names that are a label's values; of any other label that is not known. */
const BEARERS: readonly [label: RegExp, bearer: Matcher['bearer']][] = [
  [/(?:^|_)(?:workload|deployment|pod|pod_name)$/, 'workload'],
  [/(?:^|_)(?:service_name|(?<!canonical_)service|host|authority|job)$/, 'service'],
  [/(?:^|_)(?:namespace|container|container_name)$/, 'neither'],
];

const bearerOf = (label: string): Matcher['bearer'] => BEARERS.find(([known]) => known.test(label))?.[1] ?? 'unknown';

/** A query whose matchers, of any kind, take here what they take in Flagger; what is between them is for `turnRest`. */
export function turnMatchers(query: string, names: Names, turnRest: (text: string) => string): TurnedQuery {
  const result: TurnedQuery = { query: '', notes: [], problems: [] };
  let end = 0;
  for (const match of query.matchAll(MATCHER)) {
    const [whole, label = '', operator = '', quote = '', value = ''] = match;
    const matcher: Matcher = { label, operator: operator.trim(), value, quote, bearer: bearerOf(label) };
    const { written, note, problem } = turn(matcher, names);
    result.query += turnRest(query.slice(end, match.index)) + label + operator + quote + written + quote;
    result.notes.push(...(note === undefined ? [] : [note]));
    result.problems.push(...(problem === undefined ? [] : [problem]));
    end = match.index + whole.length;
  }
  result.query += turnRest(query.slice(end));
  return result;
}

interface Turned {
  written: string;
  note?: string | undefined;
  problem?: string | undefined;
}

function turn(matcher: Matcher, names: Names): Turned {
  const { value, bearer } = matcher;
  if (bearer === 'neither') return { written: value };
  const written = replaceNames(value, names, (name) => nameHere(name, bearer, names));
  if (bearer === 'unknown' && hasPlainTarget(value, names)) return { written, problem: ambiguous(matcher, names) };
  const isJudged = bearer === 'workload' || (written !== value && !written.includes('{{ canary }}'));
  return isJudged ? judged(matcher, written, names) : told(matcher, written);
}

/** Names turned one by one may take something else in a pattern; then what takes the same as before is looked for. */
function judged(matcher: Matcher, written: string, names: Names): Turned {
  const takenBy = (value: string): Taken | undefined => takenHere({ ...matcher, value }, names);
  const before = takenInFlagger(matcher, names);
  const after = takenBy(written);
  if (before === undefined || after === undefined || isSame(before, after)) return told(matcher, written);
  if (before.tested && before.running && after.tested) return told(matcher, written, ONLY_CANARY);
  // A workload `-canary` is not Flagger's: whoever names it means what is under test.
  if (!before.tested && !before.running && !after.running) return told(matcher, written);
  const same = [matcher.value, narrower(matcher, names)].find((value) => isSame(before, takenBy(value) ?? after));
  if (same !== undefined) return told(matcher, same);
  return { ...told(matcher, written), problem: differs({ ...matcher, value: written }, before, after, names) };
}

/** What has the primary's name and anything behind it, as exactly the pods, or the workload, of what runs. */
const narrower = ({ label, value, bearer }: Matcher, names: Names): string =>
  replaceNames(
    value.replaceAll(OPEN_PRIMARY, /pod/.test(label) ? '-primary-[0-9a-z]+-[0-9a-z]+' : '-primary'),
    names,
    (name) => nameHere(name, bearer, names),
  );

const OPEN_PRIMARY = /-primary-?\.[*+](?=$|[|)$])/g;

/** What a name of Flagger's is here. `-primary` is what runs; the workload under test has the canary's name. */
export function nameHere({ text, of, isPlaceholder, suffix }: Name, bearer: Matcher['bearer'], names: Names): string {
  if (suffix === '-primary') return text;
  if (isPlaceholder && of === 'target' && suffix === '-canary') return '{{ canary }}';
  const isWorkload = of === 'target' || names.target === names.service;
  const isTested = isWorkload && (bearer === 'workload' || (isPlaceholder && of === 'target'));
  return isTested && suffix === '' ? '{{ canary }}' : text + suffix;
}

function hasPlainTarget(value: string, names: Names): boolean {
  let found = false;
  replaceNames(value, names, ({ of, isPlaceholder, suffix, text }) => {
    found ||= of === 'target' && !isPlaceholder && suffix === '';
    return text;
  });
  return found;
}

const isSame = (a: Taken, b: Taken): boolean => a.tested === b.tested && a.running === b.running;

const wordsOf = ({ label, operator, value }: Pick<Matcher, 'label' | 'operator' | 'value'>): string =>
  `${label}${operator}"${value}"`;

const ONLY_CANARY = ', which in Flagger takes the primary too, and here the canary alone';

/** What is written for {{ target }} alone is told once for the whole query. */
function told(matcher: Matcher, written: string, more = ''): Turned {
  const isTold = more === '' && written === matcher.value.replaceAll('{{ target }}', '{{ canary }}');
  return isTold || written === matcher.value
    ? { written }
    : { written, note: `has ${wordsOf(matcher)}: "${written}" is written${more}` };
}

const ambiguous = (matcher: Matcher, { target }: Names): string =>
  `has ${wordsOf(matcher)}, and in Headgate ${target} is what runs, not what is under test: write {{ canary }} where the canary is meant`;

function differs(matcher: Matcher, before: Taken, after: Taken, { target, service }: Names): string {
  const canary = canaryName(matcher.bearer === 'service' ? service : target);
  if (after.tested && !before.tested) {
    return `has ${wordsOf(matcher)}, which the pods of ${canary} fit too: write it narrower`;
  }
  return `has ${wordsOf(matcher)}, which takes ${wordsFor(after)} here, and ${wordsFor(before)} in Flagger: write what is meant`;
}

function wordsFor({ tested, running }: Taken): string {
  if (tested === running) return tested ? 'both versions' : 'neither version';
  return tested ? 'what is under test' : 'what runs';
}
