import { nearest } from '../../rollout/spec/wording/suggest.ts';

/** What of Flagger's functions Headgate's templates have under the same or another name. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  namespace: '{{ namespace }}',
  // There the workload under test has the name of the Deployment; here it is the copy.
  target: '{{ canary }}',
  name: '{{ target }}',
  service: '{{ service }}',
  ingress: '{{ variables.ingress }}',
  route: '{{ variables.route }}',
  interval: '{{ interval }}',
};

const ACTION = /\{\{-?([^{}]*?)-?\}\}(-primary\b)?/g;

export interface TemplateQuery {
  query: string;
  notes: string[];
  problems: string[];
}

const NOTES: Readonly<Record<string, string>> = {
  target: 'has {{ target }}, the workload under test: {{ canary }} is written',
  ingress: 'has {{ ingress }}, which is no variable here: give it in templateVariables of each metric',
  route: 'has {{ route }}, which is no variable here: give it in templateVariables of each metric',
};

const COMMENT = /^\/\*.*\*\/$/s;
/** `variables.direction`, or `index variables "direction"`. */
const OWN = /^(?:\(?variables\)?\.([\w-]+)|index\s+variables\s+"([^"]*)")$/;

/** What is written for one action; undefined for one that is not known. */
function actionText(action: string): string | undefined {
  if (COMMENT.test(action)) return '';
  const [, dotted, indexed] = OWN.exec(action) ?? [];
  const own = dotted ?? indexed;
  if (own !== undefined) return `{{ variables.${own} }}`;
  return Object.hasOwn(FUNCTIONS, action) ? FUNCTIONS[action] : undefined;
}

/** The query of a template of Flagger's, for every Canary that refers to it. */
export function turnTemplateQuery(query: string, type: string): TemplateQuery {
  const problems: string[] = [];
  const notes = new Set<string>();
  const turned = query.replaceAll(ACTION, (text, inside: string, primary = '') => {
    const action = inside.trim();
    if (action === 'target' && primary !== '') return '{{ target }}';
    const written = actionText(action);
    if (written === undefined) problems.push(unknown(action));
    const note = Object.hasOwn(NOTES, action) ? NOTES[action] : undefined;
    if (note !== undefined) notes.add(note);
    return (written ?? text) + String(primary);
  });
  return {
    query: type === 'externalmetrics' ? withoutNamespace(turned, problems) : turned.trim(),
    notes: [...notes],
    problems,
  };
}

/** Flagger's begins with the namespace, Headgate's is always asked about the Canary's. */
function withoutNamespace(query: string, problems: string[]): string {
  const [, namespace, rest] = /^([^/?]+)\/(.*)$/s.exec(query.trim()) ?? [];
  if (rest === undefined) return query.trim();
  if (namespace !== '{{ namespace }}')
    problems.push(`asks about the namespace ${namespace}, and Headgate asks about that of the Canary alone`);
  return rest;
}

function unknown(action: string): string {
  const meant = /^\w+$/.test(action) ? nearest(action, Object.keys(FUNCTIONS)) : undefined;
  const advice = meant === undefined ? 'write the query by hand' : `did you mean {{ ${meant} }}?`;
  return `uses {{ ${action} }}, which is no function of Flagger's that can be written for Headgate; ${advice}`;
}
