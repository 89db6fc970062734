import {
  ALWAYS,
  BYPASSES,
  CHANGES_OWNER,
  LIFTS_APPROVAL,
  OF_CANARY,
  OF_DEPLOYMENT,
  PROMOTES,
  SETS_TRAFFIC_POLICY,
  SKIPS_APPROVAL,
  STEERS,
} from './authority-requests.ts';

/** The API groups of what rights are about. */
export const GROUPS = {
  canaries: 'headgate.dev',
  deployments: 'apps',
  virtualservices: 'networking.istio.io',
  destinationrules: 'networking.istio.io',
} as const;

/** A right as RBAC knows it. */
export interface Right {
  verb: string;
  resource: keyof typeof GROUPS;
  /** CEL for the name of the object; left out: any of the namespace. */
  name?: string;
  /** In the namespace of a route that is named, on that route; else in the namespace of the request. */
  elsewhere?: true;
}

/** The kinds of requests that a policy judges. */
export type Request = 'deployments' | 'canaries' | 'canaryDeletions';

/** Something that a person does by a request, and the rights that it wants. */
export interface Deed {
  /** For people: `promote a release`. */
  does: string;
  /** By which request, for people. */
  by: string;
  /** The right to make the request at all, which the API server asks for by itself. */
  request: Right;
  /** What the policies ask for besides; nothing where it is left out. */
  judged?: {
    on: Request;
    /** CEL, true where a request does it. */
    when: string;
    wants: readonly Right[];
    /** Begins the refusal; `and must be allowed to …` follows. */
    who: string;
    /** Another deed that the same request does, with the rights that that one wants. */
    also?: string;
  };
}

const updateDeployment: Right = { verb: 'update', resource: 'deployments' };
const updateCanary: Right = { verb: 'update', resource: 'canaries' };
const deleteCanary: Right = { verb: 'delete', resource: 'canaries' };
const changeRoutes: Right = { verb: 'update', resource: 'virtualservices' };
const changeRules: Right = { verb: 'update', resource: 'destinationrules' };

const PROMOTE = 'promote a release';
const STEER_BY_ANNOTATION = 'steer by annotation: opt in, opt out, change a setting';
const STEER_BY_CANARY = 'steer by a Canary';
const DELETE = 'delete a Canary';

/**
 * Who may do what. The policies' questions (`authorizer`), the ClusterRoles and the table of docs/security.md are made from it,
 * and each cell is a test as that user.
 */
export const AUTHORITY: readonly Deed[] = [
  {
    does: 'abort, pause, resume, retry or revert a release, pin what runs',
    by: '`headgate.dev/command` on its Canary',
    request: updateCanary,
  },
  {
    does: PROMOTE,
    by: '`headgate.dev/command` on its Canary',
    request: updateCanary,
    judged: {
      on: 'canaries',
      when: PROMOTES,
      wants: [{ verb: 'promote', resource: 'canaries', name: OF_CANARY }],
      who: 'whoever promotes a release skips the rest of its analysis',
    },
  },
  {
    does: 'promote a release past its approvals',
    by: '`headgate.dev/command` on a Canary with `confirm-traffic-increase` or `confirm-promotion` hooks',
    request: updateCanary,
    judged: {
      on: 'canaries',
      when: SKIPS_APPROVAL,
      wants: [{ verb: 'approve', resource: 'canaries', name: OF_CANARY }],
      who: 'whoever promotes a release of a Canary with approvals (confirm-… hooks) skips them',
      also: PROMOTE,
    },
  },
  {
    does: 'take an approval away while a revision is held, by the Canary',
    by: 'an approval removed or changed in its `spec`; `skipAnalysis`, the weights or its owners changed where it has one',
    request: updateCanary,
    judged: {
      on: 'canaries',
      when: LIFTS_APPROVAL,
      wants: [{ verb: 'approve', resource: 'canaries', name: OF_CANARY }],
      who: 'whoever changes the approvals (confirm-… hooks), skipAnalysis, the weights or the owners of a Canary while a revision is held may let it past an approval',
      also: STEER_BY_CANARY,
    },
  },
  {
    does: 'take an approval away while a revision is held, by annotation',
    by: 'the same settings of its Deployment, or `headgate.dev/canary`',
    request: updateDeployment,
    judged: {
      on: 'deployments',
      when: LIFTS_APPROVAL,
      wants: [{ verb: 'approve', resource: 'canaries', name: OF_DEPLOYMENT }],
      who: 'whoever changes headgate.dev/canary, webhooks with approvals (confirm-… hooks), skip-analysis or the weights of a Deployment while a revision is held may let it past an approval',
      also: STEER_BY_ANNOTATION,
    },
  },
  {
    does: 'ship without analysis',
    by: '`headgate.dev/bypass` on a Deployment, added or changed',
    request: updateDeployment,
    judged: {
      on: 'deployments',
      when: BYPASSES,
      wants: [{ verb: 'bypass', resource: 'canaries', name: OF_DEPLOYMENT }],
      who: 'whoever writes headgate.dev/bypass lets revisions pass without analysis',
    },
  },
  {
    does: STEER_BY_ANNOTATION,
    by: 'any other `headgate.dev/` annotation of a Deployment',
    request: updateDeployment,
    judged: {
      on: 'deployments',
      when: STEERS,
      wants: [changeRoutes],
      who: 'whoever enrols a Deployment, takes it out, or changes its headgate.dev/ annotations, lets Headgate change its traffic',
    },
  },
  {
    does: STEER_BY_CANARY,
    by: 'its `spec`',
    request: updateCanary,
    judged: {
      on: 'canaries',
      when: STEERS,
      wants: [changeRoutes, updateDeployment],
      who: 'whoever writes the spec of a Canary lets Headgate change a Deployment and its traffic',
    },
  },
  {
    does: DELETE,
    by: 'its deletion; where somebody wrote it, that is an opt-out',
    request: deleteCanary,
    judged: {
      on: 'canaryDeletions',
      when: ALWAYS,
      wants: [changeRoutes],
      who: 'whoever deletes a Canary takes its Deployment out, and lets Headgate change its traffic',
    },
  },
  {
    does: 'delete a Canary with approvals while a revision is held',
    by: 'its deletion',
    request: deleteCanary,
    judged: {
      on: 'canaryDeletions',
      when: LIFTS_APPROVAL,
      wants: [{ verb: 'approve', resource: 'canaries', name: 'oldObject.metadata.name' }],
      who: 'whoever deletes a Canary with approvals (confirm-… hooks) while a revision is held may let another go on without them',
      also: DELETE,
    },
  },
  {
    does: 'give a Canary another owner, with which it would be deleted',
    by: 'its `metadata.ownerReferences`',
    request: updateCanary,
    judged: {
      on: 'canaries',
      when: CHANGES_OWNER,
      wants: [changeRoutes],
      who: 'whoever changes the owners of a Canary may have it deleted, and its Deployment taken out',
    },
  },
  {
    does: 'set a traffic policy by annotation',
    by: '`headgate.dev/traffic-policy`',
    request: updateDeployment,
    judged: {
      on: 'deployments',
      when: SETS_TRAFFIC_POLICY,
      wants: [changeRules],
      who: 'whoever changes headgate.dev/traffic-policy lets Headgate write DestinationRules',
      also: STEER_BY_ANNOTATION,
    },
  },
  {
    does: 'set a traffic policy by a Canary',
    by: '`spec.service.trafficPolicy`',
    request: updateCanary,
    judged: {
      on: 'canaries',
      when: SETS_TRAFFIC_POLICY,
      wants: [changeRules],
      who: 'whoever writes spec.service.trafficPolicy of a Canary lets Headgate write DestinationRules',
      also: STEER_BY_CANARY,
    },
  },
  {
    does: 'adopt a route of another namespace by annotation',
    by: '`headgate.dev/routes`',
    request: updateDeployment,
    judged: {
      on: 'deployments',
      when: STEERS,
      wants: [{ ...changeRoutes, elsewhere: true }],
      who: 'headgate.dev/routes names a route of another namespace, and whoever steers it lets Headgate change it',
      also: STEER_BY_ANNOTATION,
    },
  },
  {
    does: 'adopt a route of another namespace by a Canary',
    by: '`spec.service.routes`',
    request: updateCanary,
    judged: {
      on: 'canaries',
      when: STEERS,
      wants: [{ ...changeRoutes, elsewhere: true }],
      who: 'spec.service.routes names a route of another namespace, and whoever steers it lets Headgate change it',
      also: STEER_BY_CANARY,
    },
  },
];

/** Everything that a deed wants: the request itself, what the policies ask, and what comes with it. */
export function rightsFor({ request, judged }: Deed): Right[] {
  const also = AUTHORITY.find(({ does }) => does === judged?.also);
  return [request, ...(judged?.wants ?? []), ...(also ? rightsFor(also) : [])];
}
