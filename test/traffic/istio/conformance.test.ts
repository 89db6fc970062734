import { istio } from '../../../src/traffic/istio/provider.ts';
import type { VirtualService } from '../../../src/traffic/istio/reach/objects.ts';
import { NAME, NAMESPACE, rule, trafficWishOf } from '../../build.ts';
import { conforms } from '../conformance.ts';

const wish = trafficWishOf({ trafficPolicy: { connectionPool: { tcp: { maxConnections: 9 } } } });

const route = (http: VirtualService['spec']['http'], labels?: Record<string, string>): VirtualService => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: NAME, namespace: NAMESPACE, uid: 'uid-route', resourceVersion: '3', ...(labels && { labels }) },
  spec: { hosts: [NAME], ...(http && { http }) },
});
const to = (host: string, more: object = {}) => ({ destination: { host, ...more } });
const plain = route([{ route: [to(NAME)] }]);

conforms({
  provider: istio,
  wish,
  changed: trafficWishOf({ hosts: ['app.example.com'], http: { timeout: '15s' } }),
  users: {
    "a user's route": [plain],
    "a user's route of several rules": [
      route(
        [
          { name: 'redirect', redirect: { uri: '/' } },
          {
            match: [{ uri: { prefix: '/api' } }],
            route: [to(`${NAME}.${NAMESPACE}.svc.cluster.local`, { subset: 'v1' })],
          },
          { route: [to('redis')] },
          { retries: { attempts: 3 }, route: [{ ...to(NAME, { port: { number: 9898 } }), weight: 100 }] },
        ],
        { team: 'storefront' },
      ),
    ],
    "a user's rule for the host": [rule()],
    "a user's route, and rules of theirs": [plain, rule(), rule('redis')],
  },
  unusable: {
    "a user's route to others": [route([{ route: [to('redis')] }])],
    "a user's route without rules": [route(undefined)],
  },
});
