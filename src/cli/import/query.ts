import { canaryName } from '../../rollout/names.ts';
import { nearest } from '../../rollout/spec/wording/suggest.ts';
import { renameWorkloads } from './workload-names.ts';

/** What the functions of Flagger's templates give for one Canary. */
export interface QueryFacts {
  /** The name of the Canary. */
  name: string;
  /** The name of the workload. */
  target: string;
  ingress: string;
  route: string;
  variables: Readonly<Record<string, string>>;
}

export interface Translated {
  /** Undefined where something in it cannot be written for Headgate. */
  query?: string;
  /** What was written differently, as predicates on the query. */
  notes: string[];
  /** What is in the way, or must be looked at by a person. */
  problems: string[];
}

/** One action of Go's templates; a dash inside takes the space beside it. */
const ACTION = /(\s*\{\{-|\{\{)([^{}]*?)(-\}\}\s*|\}\})/g;
const FUNCTIONS = ['name', 'namespace', 'target', 'service', 'ingress', 'route', 'interval', 'variables'] as const;

/**
 * A query of Flagger's with Headgate's placeholders. There the workload under test has the Deployment's name, and the
 * running version is its copy `-primary`; here the Deployment runs, and the copy `-canary` is under test.
 */
export function translateQuery(query: string, facts: QueryFacts): Translated {
  const problems: string[] = [];
  const notes: string[] = [];
  const rendered = query.replaceAll(ACTION, (text, _open, inside: string) => {
    const action = actionOf(inside.trim(), facts);
    if ('problem' in action) problems.push(action.problem);
    return 'problem' in action ? text : action.text;
  });
  if (problems.length > 0) return { notes, problems };
  const turned = turnRoles(rendered).replace(/^\s*\n/, '');
  if (/\{\{ target \}\}/.test(rendered)) notes.push(rolesNote(facts));
  const renamed = renameWorkloads(turned, facts.target);
  return { query: renamed.query, notes: [...notes, ...renamed.notes], problems: renamed.problems };
}

type Action = { text: string } | { problem: string };

function actionOf(action: string, { name, ingress, route, variables }: QueryFacts): Action {
  if (/^\/\*.*\*\/$/s.test(action)) return { text: '' };
  switch (action) {
    case 'namespace':
    case 'target':
    case 'service':
    case 'interval':
      return { text: `{{ ${action} }}` };
    case 'name':
      return { text: name };
    case 'ingress':
      return { text: ingress };
    case 'route':
      return { text: route };
    default:
      return variable(action, variables) ?? { problem: unknown(action) };
  }
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
  const meant = /^\w+$/.test(action) ? nearest(action, FUNCTIONS) : undefined;
  const advice = meant === undefined ? 'write the query by hand' : `did you mean {{ ${meant} }}?`;
  return `uses {{ ${action} }}, which is no function of Flagger's that can be written for Headgate; ${advice}`;
}

/** The canary's name for the target's, and the Deployment's own for what Flagger calls its primary. */
const turnRoles = (query: string): string =>
  query
    .replaceAll(/\{\{ (target|service) \}\}(-primary\b)?/g, (_text, name: string, primary?: string) =>
      name === 'target' && primary === undefined ? '{{ canary }}' : `{{ ${name} }}`,
    )
    .replaceAll(/\{\{ canary \}\}-canary\b/g, '{{ canary }}');

const rolesNote = ({ target }: QueryFacts): string =>
  `has {{ target }}, the workload under test: {{ canary }} is written, ${canaryName(target)}; what was {{ target }}-primary is {{ target }}, for ${target} itself is what runs`;
