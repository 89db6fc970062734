import t from 'tap';
import { apiVersionOf, KINDS, pathOf, resourceOf } from '../../src/cluster/kinds.ts';
import { keyOf } from '../../src/rollout/kube.ts';

const paths: Record<string, [path: string, resource: string]> = {
  'a collection over all namespaces': [pathOf(KINDS.deployments), 'deployments'],
  'a collection in a namespace': [pathOf(KINDS.services, 'app'), 'services'],
  'an object': [pathOf(KINDS.endpointslices, 'app', 'podinfo'), 'endpointslices'],
  'a subresource': [pathOf(KINDS.canaries, 'app', 'podinfo', 'status'), 'canaries/status'],
  'an object without a namespace': [
    pathOf(KINDS.mutatingwebhookconfigurations, 'app', 'headgate'),
    'mutatingwebhookconfigurations',
  ],
  'a core object': [pathOf(KINDS.secrets, 'headgate', 'tls'), 'secrets'],
  'a name that is no name': [pathOf(KINDS.secrets, 'a/b', '../c'), 'secrets'],
  'a namespace itself': ['/api/v1/namespaces/app', 'namespaces'],
};

const wanted = [
  '/apis/apps/v1/deployments',
  '/api/v1/namespaces/app/services',
  '/apis/discovery.k8s.io/v1/namespaces/app/endpointslices/podinfo',
  '/apis/headgate.dev/v1/namespaces/app/canaries/podinfo/status',
  '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/headgate',
  '/api/v1/namespaces/headgate/secrets/tls',
  '/api/v1/namespaces/a%2Fb/secrets/..%2Fc',
  '/api/v1/namespaces/app',
];

for (const [index, [sentence, [path, resource]]] of Object.entries(paths).entries()) {
  void t.test(sentence, async (t) => {
    t.equal(path, wanted[index]);
    t.equal(resourceOf(`${path}?watch=true`), resource);
  });
}

void t.test('apiVersion is without a slash in the core group', async (t) => {
  t.equal(apiVersionOf(KINDS.secrets), 'v1');
  t.equal(apiVersionOf(KINDS.canaries), 'headgate.dev/v1');
});

void t.test('a key has the namespace if there is one', async (t) => {
  t.equal(keyOf({ metadata: { namespace: 'app', name: 'podinfo' } }), 'app/podinfo');
  t.equal(keyOf({ metadata: { name: 'headgate' } }), 'headgate');
});
