import { AUTHORITY, type Deed, GROUPS, type Request, type Right, rightsFor } from '../../src/admission/authority.ts';
import { STEERS, VARIABLES } from '../../src/admission/authority-requests.ts';
import { grants, leastRoleFor, ROLES, rulesOfRole } from '../../src/admission/roles.ts';
import { MOST_ELSEWHERE } from '../../src/rollout/spec/route-choice.ts';

/** What the chart's templates, and the page, have of the table of `src/admission/authority.ts`. */
const MADE = 'Made from src/admission/authority.ts by test/chart/render.ts. Not edited by hand.';
const WIDTH = 118;

/** Text as a folded block scalar. */
function folded(text: string, indent: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line === '') lines[lines.length - 1] = word;
    else if (indent.length + line.length + word.length < WIDTH) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return `>-\n${lines.map((line) => indent + line).join('\n')}`;
}

/** An expression as a block scalar, with the lines that it has. */
const scalar = (expression: string): string =>
  `>-\n${expression
    .split('\n')
    .map((line) => `    ${line.trim()}`)
    .join('\n')}`;

const define = (name: string, text: string): string => `{{- define "${name}" -}}\n${text}\n{{- end -}}\n`;

const variables = (on: Request): string =>
  Object.entries(VARIABLES[on])
    .map(([name, expression]) => `- name: ${name}\n  expression: ${scalar(expression)}`)
    .join('\n');

const full = ({ resource }: Right): string => `${resource}.${GROUPS[resource]}`;

function question({ verb, resource, name }: Right, namespace = 'request.namespace'): string {
  const named = name === undefined ? '' : `.name(${name})`;
  return `authorizer.group("${GROUPS[resource]}").resource("${resource}").namespace(${namespace})${named}.check("${verb}").allowed()`;
}

/** One question each: an expression has time for two. */
function validation(who: string, when: string, right: Right): string {
  const role = leastRoleFor(right);
  const hint = role === undefined ? '' : ` (ClusterRole ${role})`;
  const message = `headgate: ${who}, and must be allowed to ${right.verb} ${full(right)} in this namespace${hint}`;
  return `- expression: ${scalar(`!${when} ||\n${question(right)}`)}
  message: ${folded(message, '    ')}
  reason: Forbidden`;
}

/** The same for each route that is named. */
function validationsElsewhere(who: string, when: string, right: Right): string {
  const route = 'variables.elsewhere[{{ $index }}]';
  const asked = question({ ...right, name: `${route}[1]` }, `${route}[0]`);
  const said = `"headgate: ${who}, and must be allowed to ${right.verb} ${full(right)} " + ${route}[1] + " in the namespace " + ${route}[0]`;
  return `{{- range $index := until ${MOST_ELSEWHERE} }}
- expression: ${scalar(`!${when} || variables.elsewhere.size() <= {{ $index }} ||\n${asked}`)}
  messageExpression: ${folded(said, '    ')}
  reason: Forbidden
{{- end }}`;
}

function validations(on: Request): string {
  const found = AUTHORITY.flatMap(({ judged }) =>
    judged?.on === on
      ? judged.wants.map((right) =>
          right.elsewhere
            ? validationsElsewhere(judged.who, judged.when, right)
            : validation(judged.who, judged.when, right),
        )
      : [],
  );
  return found.join('\n');
}

const bound = `- expression: '!${STEERS} || variables.elsewhere.size() <= ${MOST_ELSEWHERE}'
  message: 'headgate: {{ . }} names at most ${MOST_ELSEWHERE} routes with a namespace'`;

function clusterRoles(): string {
  const roles = ROLES.map(({ name, into }) => {
    const labels = into.map((role) => `    rbac.authorization.k8s.io/aggregate-to-${role}: "true"`);
    const rules = rulesOfRole(name).map(
      ({ resources, verbs }) =>
        `- {apiGroups: [headgate.dev], resources: [${resources.join(', ')}], verbs: [${verbs.join(', ')}]}`,
    );
    return `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ${name}
  labels:
    {{- if .Values.rbac.aggregate }}
${labels.join('\n')}
    {{- end }}
    {{- include "headgate.labels" (list . "") | fromJson | toYaml | nindent 4 }}
rules:
${rules.join('\n')}`;
  });
  return roles.join('\n---\n');
}

/** `manifests/chart/templates/_authority.tpl`. */
export function authorityTemplate(): string {
  const policies = (['deployments', 'canaries', 'canaryDeletions'] as const).flatMap((on) => [
    define(`headgate.authority.${on}.variables`, variables(on)),
    define(`headgate.authority.${on}`, validations(on)),
  ]);
  const rest = [define('headgate.authority.mostRoutes', bound), define('headgate.authority.roles', clusterRoles())];
  return [`{{/* ${MADE} */}}\n`, ...policies, ...rest].join('\n');
}

/** Somebody with one of Kubernetes' roles in a namespace, and with more where the title says so. */
export interface Person {
  title: string;
  /** ClusterRoles that are bound in the namespace. */
  roles: readonly string[];
  /** The last of Headgate's roles that these amount to. */
  amounts: string;
  writesDeployments: boolean;
}

export const PEOPLE: readonly Person[] = [
  { title: '`view`', roles: ['view'], amounts: 'headgate-viewer', writesDeployments: false },
  { title: '`edit`', roles: ['edit'], amounts: 'headgate-releaser', writesDeployments: true },
  {
    title: '`edit` and `headgate-approver`',
    roles: ['edit', 'headgate-approver'],
    amounts: 'headgate-approver',
    writesDeployments: true,
  },
  { title: '`admin`', roles: ['admin'], amounts: 'headgate-admin', writesDeployments: true },
];

/** What a person may do with a deed: at once, or with the mesh's rights too, which no role of Kubernetes or Headgate has. */
export function cell({ amounts, writesDeployments }: Person, deed: Deed): 'yes' | 'with routes' | 'no' {
  const missing = rightsFor(deed).filter((right) =>
    right.resource === 'deployments' ? !writesDeployments : !grants(amounts, right),
  );
  if (missing.length === 0) return 'yes';
  return missing.every((right) => GROUPS[right.resource] === 'networking.istio.io') ? 'with routes' : 'no';
}

const wants = (deed: Deed): string => {
  const words = rightsFor(deed).map(
    (right) => `\`${right.verb} ${right.resource}\`${right.elsewhere ? ' (that route)' : ''}`,
  );
  return [...new Set(words)].join(', ');
};

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const table = (rows: readonly (readonly string[])[]): string => {
  const [head = [], ...rest] = rows;
  return [row(head), `|${head.map(() => '---|').join('')}`, ...rest.map(row)].join('\n');
};

const deeds = (): string =>
  table([
    ['to', 'by', ...PEOPLE.map(({ title }) => title), 'rights that it wants'],
    ...AUTHORITY.map((deed) => [deed.does, deed.by, ...PEOPLE.map((person) => cell(person, deed)), wants(deed)]),
  ]);

const roles = (): string =>
  table([
    ['ClusterRole', 'part of', 'besides what those above have'],
    ...ROLES.map(({ name, into, adds }) => [`\`${name}\``, into.map((role) => `\`${role}\``).join(', '), adds]),
  ]);

/** `docs/security.md` with its two tables as they are to be. */
export const withTables = (page: string): string =>
  Object.entries({ authority: deeds(), roles: roles() }).reduce(
    (text, [name, made]) =>
      text.replace(
        new RegExp(`(<!-- ${name}: .*-->\n)[^]*?(<!-- end of ${name} -->)`),
        (_all, begin: string, end: string) => `${begin}\n${made}\n\n${end}`,
      ),
    page,
  );
