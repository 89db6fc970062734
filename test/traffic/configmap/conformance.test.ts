import type { KubeObject } from '../../../src/rollout/kube.ts';
import { NAME, NAMESPACE, trafficWishOf } from '../../build.ts';
import { conforms } from '../conformance.ts';
import { configMapProvider } from './provider.ts';

const users = (data: Record<string, string>, labels?: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: NAME, namespace: NAMESPACE, uid: 'uid-map', resourceVersion: '3', ...(labels && { labels }) },
  data,
});

conforms({
  provider: configMapProvider,
  wish: trafficWishOf(),
  users: {
    "a user's ConfigMap": [users({ stable: '100' })],
    "a user's ConfigMap with words of theirs": [users({ stable: '100', timeout: '15s' }, { team: 'storefront' })],
  },
  unusable: {
    'a ConfigMap for something else': [users({ 'app.conf': 'colour = blue' })],
    'an empty ConfigMap': [users({})],
  },
});
