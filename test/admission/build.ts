import jsonPatch from 'fast-json-patch';
import { admit } from '../../src/admission/admit.ts';
import type { Admission, AdmissionApproval, AdmissionRefusal, AdmissionRequest } from '../../src/admission/request.ts';
import { CANARY, ENROLLED, HELD, ROLLING } from '../../src/rollout/keys.ts';
import type { Deployment, DeploymentStatus } from '../../src/rollout/kube.ts';
import { type Hold, writeHold, writeRolling } from '../../src/rollout/workload/hold.ts';
import { revisionOf } from '../../src/rollout/workload/template.ts';

export const SCHEDULER = 'system:serviceaccount:headgate:headgate-scheduler';
export const NOW = Date.parse('2026-11-23T12:00:00Z');

export interface Stored {
  image?: string;
  annotations?: Record<string, string>;
  labels?: Record<string, string>;
  templateAnnotations?: Record<string, string>;
  /** A hold, its text, or nothing. */
  held?: Hold | string | undefined;
  rolling?: { from: string; to: string };
  paused?: boolean;
  strategy?: 'Recreate';
  status?: Partial<DeploymentStatus>;
  optIn?: string | undefined;
}

const SETTLED: DeploymentStatus = { observedGeneration: 4, replicas: 6, updatedReplicas: 6, availableReplicas: 6 };

/** An enrolled Deployment of six pods as the API server stores it; `optIn: undefined` for one that is not. */
export function stored(stored: Stored = {}): Deployment {
  const optIn = 'optIn' in stored ? stored.optIn : 'true';
  const { held, rolling, paused = held !== undefined } = stored;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'podinfo',
      namespace: 'prod',
      uid: 'u1',
      generation: 4,
      resourceVersion: '77',
      labels: { app: 'podinfo', ...(optIn !== undefined && { [ENROLLED]: 'true' }), ...stored.labels },
      annotations: {
        'deployment.kubernetes.io/revision': '1',
        ...(optIn !== undefined && { [CANARY]: optIn }),
        ...stored.annotations,
        ...(held !== undefined && { [HELD]: typeof held === 'string' ? held : writeHold(held) }),
        ...(rolling && { [ROLLING]: writeRolling(rolling) }),
      },
      managedFields: [{ manager: 'flux', operation: 'Apply' }],
    },
    spec: {
      replicas: 6,
      ...(paused && { paused: true }),
      ...(stored.strategy && { strategy: { type: stored.strategy } }),
      selector: { matchLabels: { app: 'podinfo' } },
      template: templateOf(stored.image ?? 'podinfo:1.4.0', stored.templateAnnotations),
    },
    status: { ...SETTLED, ...stored.status },
  };
}

export const templateOf = (image: string, annotations?: Record<string, string>): Deployment['spec']['template'] => ({
  metadata: { labels: { app: 'podinfo' }, ...(annotations && { annotations }) },
  spec: { containers: [{ name: 'podinfo', image, ports: [{ name: 'http', containerPort: 9898 }] }] },
});

export const revision = (image: string): string => revisionOf(templateOf(image));

export const holdOf = (image: string, more: Partial<Hold> = {}): Hold => ({
  revision: revision(image),
  by: 'flux',
  ...more,
});

/** The object that a request makes of a stored one. */
export function edit(old: Deployment, ...changes: ((object: Deployment) => void)[]): Deployment {
  const object = structuredClone(old);
  for (const change of changes) change(object);
  return object;
}

type Change = (object: Deployment) => void;
export const image =
  (name: string): Change =>
  ({ spec }) => {
    spec.template.spec.containers[0]!.image = name;
  };
/** Sets annotations; undefined removes. */
export const annotate =
  (notes: Record<string, string | undefined>): Change =>
  ({ metadata }) => {
    metadata.annotations = merged(metadata.annotations, notes);
  };
export const label =
  (labels: Record<string, string | undefined>): Change =>
  ({ metadata }) => {
    metadata.labels = merged(metadata.labels, labels);
  };
export const annotateTemplate =
  (notes: Record<string, string | undefined>): Change =>
  ({ spec }) => {
    spec.template.metadata = {
      ...spec.template.metadata,
      annotations: merged(spec.template.metadata?.annotations, notes),
    };
  };
export const pause =
  (paused: boolean | undefined): Change =>
  ({ spec }) => {
    if (paused === undefined) delete spec.paused;
    else spec.paused = paused;
  };
export const restart = annotateTemplate({ 'kubectl.kubernetes.io/restartedAt': '2026-11-23T11:00:00Z' });

function merged(map: Record<string, string> | undefined, changes: Record<string, string | undefined>) {
  const all = { ...map, ...changes };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

export interface Asked {
  admission: Admission;
  /** The object as it would be stored; as sent when refused. */
  after: Deployment;
}

export function ask(old: Deployment | undefined, object: Deployment, user = 'jane', now = NOW): Asked {
  const { name, namespace = '' } = object.metadata;
  const base: AdmissionRequest = { operation: old ? 'UPDATE' : 'CREATE', name, namespace, user, dryRun: false, object };
  const before = structuredClone(object);
  const admission = admit(old ? { ...base, oldObject: old } : base, { schedulerUser: SCHEDULER, now });
  if (JSON.stringify(before) !== JSON.stringify(object)) throw new Error('admit changed its input');
  if (admission.kind === 'deny') return { admission, after: object };
  const patch = admission.patch as Parameters<typeof jsonPatch.applyPatch>[1];
  return { admission, after: jsonPatch.applyPatch(structuredClone(object), patch, true).newDocument as Deployment };
}

export function approved(asked: Asked): AdmissionApproval & { after: Deployment } {
  if (asked.admission.kind === 'deny') throw new Error(`refused: ${asked.admission.message}`);
  return { ...asked.admission, after: asked.after };
}

export function refused({ admission }: Asked): AdmissionRefusal {
  if (admission.kind !== 'deny') throw new Error(`admitted as ${admission.decision}`);
  return admission;
}
