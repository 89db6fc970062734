import { canaryName } from '../../rollout/names.ts';
import { mayGiveSeveral } from '../../rollout/spec/promql/promql-series.ts';
import { nearest } from '../../rollout/spec/wording/suggest.ts';
import { nameHere, turnMatchers } from './matchers.ts';
import { primaryIn, replaceNames } from './names.ts';

/** What the functions of Flagger's templates give for one Canary. */
export interface QueryFacts {
  /** The name of the Canary. */
  name: string;
  /** The name of the workload. */
  target: string;
  /** The name of its Service. */
  service: string;
  ingress: string;
  route: string;
  variables: Readonly<Record<string, string>>;
}

export interface TranslatedQuery {
  /** Undefined where something in it cannot be written for Headgate. */
  query?: string;
  /** What was written differently, as predicates on the query. */
  notes: string[];
  /** What is in the way, or must be looked at by a person. */
  problems: string[];
}

/** One action of Go's templates; a dash at its end takes the space behind it. */
const ACTION = /\{\{-?([^{}]*?)(?:-\}\}\s*|\}\})/g;

/** A dash at the beginning of an action takes the space before it. */
const withoutSpaceBefore = (query: string): string =>
  query
    .split('{{-')
    .map((part, index, { length }) => (index < length - 1 ? part.trimEnd() : part))
    .join('{{-');

/** What is written for each function of Flagger's; undefined for the one that needs an argument. */
const FUNCTIONS: Readonly<Record<string, (facts: QueryFacts) => string | undefined>> = {
  name: ({ name }) => name,
  namespace: () => '{{ namespace }}',
  target: () => '{{ target }}',
  service: () => '{{ service }}',
  ingress: ({ ingress }) => ingress,
  route: ({ route }) => route,
  interval: () => '{{ interval }}',
  variables: () => undefined,
};

/**
 * A query of Flagger's with Headgate's placeholders. There the workload under test has the Deployment's name, and the
 * running version is its copy `-primary`; here the Deployment runs, and the copy `-canary` is under test.
 */
export function translateQuery(query: string, facts: QueryFacts): TranslatedQuery {
  const problems: string[] = [];
  const notes: string[] = [];
  const rendered = withoutSpaceBefore(query).replaceAll(ACTION, (text, inside: string) => {
    const action = actionOf(inside.trim(), facts);
    if ('problem' in action) problems.push(action.problem);
    return 'problem' in action ? text : action.text;
  });
  if (problems.length > 0) return { notes, problems };
  const text = rendered.replace(/^\s*\n/, '');
  const turned = turnMatchers(text, facts, (between) => turnRoles(between, facts));
  if (turned.query.includes('{{ canary }}') && text.includes('{{ target }}')) notes.push(rolesNote(facts));
  if (mayGiveSeveral(turned.query)) turned.notes.push(SEVERAL);
  const primary = primaryIn(turned.query, facts);
  if (primary !== undefined) problems.push(primaryProblem(primary));
  return { query: turned.query, notes: [...notes, ...turned.notes], problems: [...turned.problems, ...problems] };
}

type Action = { text: string } | { problem: string };

function actionOf(action: string, facts: QueryFacts): Action {
  if (/^\/\*.*\*\/$/s.test(action)) return { text: '' };
  const text = Object.hasOwn(FUNCTIONS, action) ? FUNCTIONS[action]?.(facts) : undefined;
  return text === undefined ? (variable(action, facts.variables) ?? { problem: unknown(action) }) : { text };
}

/** `variables.direction`, or `index variables "direction"`. */
function variable(action: string, variables: QueryFacts['variables']): Action | undefined {
  const [, dotted, indexed] = /^(?:\(?variables\)?\.([\w-]+)|index\s+variables\s+"([^"]*)")$/.exec(action) ?? [];
  const key = dotted ?? indexed;
  if (key === undefined) return undefined;
  const value = Object.hasOwn(variables, key) ? variables[key] : undefined;
  if (value !== undefined) return { text: value };
  return { problem: `uses {{ ${action} }}, and templateVariables has no ${key}` };
}

function unknown(action: string): string {
  const meant = /^\w+$/.test(action) ? nearest(action, Object.keys(FUNCTIONS)) : undefined;
  const advice = meant === undefined ? 'write the query by hand' : `did you mean {{ ${meant} }}?`;
  return `uses {{ ${action} }}, which is no function of Flagger's that can be written for Headgate; ${advice}`;
}

/** The names outside of matchers; there only a placeholder is sure to be one. */
const turnRoles = (text: string, facts: QueryFacts): string =>
  replaceNames(text, facts, (name) =>
    name.isPlaceholder ? nameHere(name, 'unknown', facts) : name.text + name.suffix,
  );

const SEVERAL =
  'may give several series, of which Flagger takes the last; here that is an error: put sum(…), or what suits, around it';

const primaryProblem = (primary: string): string =>
  `has ${primary}, and there is nothing of that name in Headgate: what runs has the name without -primary`;

const rolesNote = ({ target }: QueryFacts): string =>
  `has {{ target }}, the workload under test: {{ canary }} is written, ${canaryName(target)}; what was {{ target }}-primary is {{ target }}, for ${target} itself is what runs`;
