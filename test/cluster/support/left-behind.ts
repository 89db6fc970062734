import type { Test } from 'tap';
import type { Json } from '../../rig/rig.ts';
import type { App } from './app.ts';

const STATE = ['headgate.dev/held', 'headgate.dev/rolling'];
const OF_THE_CLUSTER = [
  ...['mutatingwebhookconfigurations', 'validatingadmissionpolicies', 'validatingadmissionpolicybindings'],
  ...['mutatingadmissionpolicies', 'mutatingadmissionpolicybindings', 'clusterroles', 'clusterrolebindings'],
];
const OF_NAMESPACES = [
  ...['deployments', 'services', 'jobs', 'roles', 'rolebindings', 'serviceaccounts', 'networkpolicies'],
  ...['poddisruptionbudgets', 'secrets', 'configmaps'],
];
/** What Headgate makes for a canary. */
const GENERATED =
  'services,virtualservices,deployments,destinationrules,poddisruptionbudgets,horizontalpodautoscalers,configmaps,secrets';

/** Headgate is off a Deployment: it runs the tag, and nothing remembers a release. */
export async function isLeft(t: Test, app: App, tag: string): Promise<void> {
  const { metadata, spec } = await app.deployment();
  t.equal(spec.template.spec.containers[0].image, `podinfo:${tag}`, 'the template is the running one');
  t.same(
    STATE.filter((key) => metadata.annotations[key] !== undefined),
    [],
    'no state is left on it',
  );
  t.equal(metadata.annotations['headgate.dev/canary'], 'true', 'its user’s own words stay');
  t.notOk(metadata.labels['headgate.dev/enrolled'], 'no label is left on it');
  t.notOk(await app.canaryDeployment(), 'the canary is gone');
  const { stdout } = await app.kubectl(['get', 'services,virtualservices', '-o', 'json']);
  const objects = (JSON.parse(stdout).items as Json[]).map((object) => [object.kind, object.metadata.name]);
  const wanted = [
    ['Service', app.name],
    ['VirtualService', app.name],
  ];
  t.same(objects, wanted, 'Service and route of its name stay, as its user’s');
  const labelled = await app.kubectl(['get', GENERATED, '-l', 'headgate.dev/role', '-o', 'name']);
  t.equal(labelled.stdout, '', 'nothing is Headgate’s any more');
  t.same(await app.envoyWeight(), { [app.name]: 100 }, 'Envoy sends everything to it');
}

/** What the cluster still has of Headgate. */
export async function remainsOf({ rig }: App, namespace: string): Promise<string[]> {
  const all = OF_THE_CLUSTER.join();
  const { stdout } = await rig.kubectl(['get', all, '-o', 'name']);
  const own = await rig.kubectl(['get', OF_NAMESPACES.join(), '-n', namespace, '-o', 'name']);
  return [...stdout.split('\n'), ...own.stdout.split('\n')].filter((name) => name.includes('headgate'));
}
