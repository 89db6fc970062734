import type { Right } from './authority.ts';

/** A ClusterRole for people. Each has what those before it have too. */
export interface Role {
  name: string;
  /** Kubernetes' own roles into which it is aggregated. */
  into: readonly ('view' | 'edit' | 'admin')[];
  /** For people: what it adds. */
  adds: string;
  rules: readonly { resources: readonly string[]; verbs: readonly string[] }[];
}

const METRIC_TEMPLATES = ['metrictemplates', 'clustermetrictemplates'];
const WRITE = ['create', 'update', 'patch', 'delete', 'deletecollection'];

export const ROLES: readonly Role[] = [
  {
    name: 'headgate-viewer',
    into: ['view', 'edit', 'admin'],
    adds: 'see Canaries, AlertProviders and MetricTemplates',
    rules: [
      {
        resources: ['canaries', 'canaries/status', 'alertproviders', ...METRIC_TEMPLATES],
        verbs: ['get', 'list', 'watch'],
      },
    ],
  },
  {
    name: 'headgate-releaser',
    into: ['edit', 'admin'],
    adds: 'write them; give commands; `promote`',
    rules: [
      { resources: ['canaries', 'alertproviders', 'metrictemplates'], verbs: WRITE },
      { resources: ['canaries'], verbs: ['promote'] },
    ],
  },
  {
    name: 'headgate-approver',
    into: ['admin'],
    adds: '`approve`',
    rules: [{ resources: ['canaries'], verbs: ['approve'] }],
  },
  {
    name: 'headgate-admin',
    into: ['admin'],
    adds: '`bypass`',
    rules: [{ resources: ['canaries'], verbs: ['bypass'] }],
  },
];

/** All rules of a role: its own, and those of the roles before it. */
export const rulesOfRole = (name: string): Role['rules'] =>
  ROLES.slice(0, ROLES.findIndex((role) => role.name === name) + 1).flatMap(({ rules }) => rules);

/** Whether a role has a right on Canaries. */
export const grants = (name: string, { verb, resource }: Right): boolean =>
  rulesOfRole(name).some(({ resources, verbs }) => resources.includes(resource) && verbs.includes(verb));

/** The least role that has a right; undefined where none of Headgate's has it. */
export const leastRoleFor = (right: Right): string | undefined => ROLES.find(({ name }) => grants(name, right))?.name;
