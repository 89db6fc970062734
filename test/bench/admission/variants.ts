import type { Json, Rig } from '../../rig/rig.ts';
import type { NoopWebhook } from './noop.ts';

/** What stands between a change and its storage. */
export const VARIANTS = ['none', 'no-op', 'headgate'] as const;
export type Variant = (typeof VARIANTS)[number];

const LABEL = 'bench/variant';
const CONFIGURATIONS = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
const POLICIES = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';

/**
 * Side by side in one API server, by namespace: Headgate's registrations (webhook and policies) leave the namespaces of the
 * others out, and the no-op webhook is Headgate's own entry for updates, conditions and all, for its namespace and Service.
 */
export async function separate(rig: Rig, noop: NoopWebhook): Promise<void> {
  const headgate = await rig.api.get(`${CONFIGURATIONS}/headgate`);
  const [updates]: Json[] = headgate['webhooks'];
  const entry = { ...updates, name: 'updates.noop.bench', clientConfig: noop.clientConfig };
  entry.namespaceSelector = { matchExpressions: [{ key: LABEL, operator: 'In', values: ['no-op'] }] };
  await rig.api.create(CONFIGURATIONS, { metadata: { name: 'noop' }, webhooks: [entry] });
  const leaves = headgate['webhooks'].map((_: Json, index: number) =>
    leaveOut(`/webhooks/${index}`, headgate['webhooks'][index]),
  );
  await rig.api.patch(`${CONFIGURATIONS}/headgate`, leaves, 'json');
  for (const policy of await rig.api.list(POLICIES)) {
    const patch = [leaveOut('/spec/matchConstraints', policy['spec'].matchConstraints)];
    await rig.api.patch(`${POLICIES}/${policy.metadata.name}`, patch, 'json');
  }
}

function leaveOut(path: string, { namespaceSelector = {} }: Json): object {
  const expression = { key: LABEL, operator: 'NotIn', values: ['none', 'no-op'] };
  const matchExpressions = [...(namespaceSelector.matchExpressions ?? []), expression];
  return { op: 'add', path: `${path}/namespaceSelector`, value: { ...namespaceSelector, matchExpressions } };
}

/** A namespace of the variant with so many Deployments in it; the paths of these. */
export async function deploy(rig: Rig, variant: Variant, count: number): Promise<string[]> {
  const namespace = await rig.createNamespace(variant, { [LABEL]: variant });
  const collection = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const names = Array.from({ length: count }, (_, index) => `app-${index}`);
  for (const name of names) await rig.api.create(collection, deployment(name, variant));
  return names.map((name) => `${collection}/${name}`);
}

/**
 * Without pods; and paused from the start where nothing holds it, so that the controllers do the same for all variants: they
 * note that they have seen the change.
 */
function deployment(name: string, variant: Variant): Json {
  const labels = { app: name };
  const probe = (path: string): Json => ({ httpGet: { path, port: 'http' }, periodSeconds: 5 });
  const container = {
    name: 'app',
    image: 'hollow:1.0.0',
    ports: [{ name: 'http', containerPort: 9898 }],
    env: Array.from({ length: 20 }, (_, index) => ({ name: `VARIABLE_${index}`, value: `the value of it ${index}` })),
    readinessProbe: probe('/readyz'),
    livenessProbe: probe('/healthz'),
    resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '512Mi' } },
  };
  return {
    metadata: { name, labels, annotations: { 'headgate.dev/canary': 'true' } },
    spec: {
      replicas: 0,
      paused: variant !== 'headgate',
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  };
}

/** Whether the answer to a change is that of the variant: held by Headgate, and else only changed. */
export const isFrom = (variant: Variant, { metadata }: Json): boolean =>
  (metadata.annotations['headgate.dev/held'] !== undefined) === (variant === 'headgate');
