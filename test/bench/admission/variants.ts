import type { Json, Rig } from '../../rig/rig.ts';
import type { Change } from './clients.ts';
import type { NoopWebhook } from './noop.ts';

/** What stands between a change and its storage, and what is changed. */
interface Kind {
  webhook: 'none' | 'no-op' | 'headgate';
  annotated: boolean;
  /** The pod template, or a label of the Deployment alone. */
  changes: 'template' | 'label';
}

const KINDS = {
  none: { webhook: 'none', annotated: true, changes: 'template' },
  'no-op': { webhook: 'no-op', annotated: true, changes: 'template' },
  headgate: { webhook: 'headgate', annotated: true, changes: 'template' },
  unannotated: { webhook: 'headgate', annotated: false, changes: 'template' },
  'none, label': { webhook: 'none', annotated: true, changes: 'label' },
  'headgate, label': { webhook: 'headgate', annotated: true, changes: 'label' },
} as const satisfies Record<string, Kind>;

export type Variant = keyof typeof KINDS;
export const VARIANTS = Object.keys(KINDS) as Variant[];

/** One value for each variant. */
export const ofVariants = <T>(value: (variant: Variant) => T): Record<Variant, T> =>
  Object.fromEntries(VARIANTS.map((variant) => [variant, value(variant)])) as Record<Variant, T>;

const LABEL = 'bench/webhook';
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
  const { webhook } = KINDS[variant];
  const namespace = await rig.createNamespace(webhook, { [LABEL]: webhook });
  const collection = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const names = Array.from({ length: count }, (_, index) => `app-${index}`);
  for (const name of names) await rig.api.create(collection, deployment(name, variant));
  return names.map((name) => `${collection}/${name}`);
}

const isHeld = (variant: Variant): boolean => variant === 'headgate';

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
  const annotations = KINDS[variant].annotated ? { 'headgate.dev/canary': 'true' } : {};
  return {
    metadata: { name, labels, annotations },
    spec: {
      replicas: 0,
      paused: !isHeld(variant),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  };
}

/** A change as the variant has them; every version is another one. */
export function changeOf(variant: Variant, path: string, version: number): Change {
  if (KINDS[variant].changes === 'label')
    return { path, patch: { metadata: { labels: { version: String(version) } } } };
  const containers = [{ name: 'app', image: `hollow:2.0.${version}` }];
  return { path, patch: { spec: { template: { spec: { containers } } } } };
}

/** Whether the answer to a change is that of the variant: held by Headgate, and else only changed. */
export const isFrom = (variant: Variant, { metadata }: Json): boolean =>
  (metadata.annotations?.['headgate.dev/held'] !== undefined) === isHeld(variant);
