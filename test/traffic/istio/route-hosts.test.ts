import t from 'tap';
import { istio } from '../../../src/traffic/istio/provider.ts';
import type { VirtualService } from '../../../src/traffic/istio/reach/objects.ts';
import { trafficWishOf } from '../../build.ts';
import { own, to, users } from './routes.ts';

const hosts = ['shop.example.com', '*.example.org', '*', 'podinfo'];
const mine = [{ route: [to('podinfo')] }];

const cases: Record<string, [object: VirtualService, hosts: string[] | undefined]> = {
  'a route to the app alone': [users(mine, { hosts }), ['shop.example.com', '*.example.org']],
  'one that is divided already': [
    users([{ route: [to('podinfo', 80), to('podinfo-canary', 20)] }], { hosts }),
    ['shop.example.com', '*.example.org'],
  ],
  'a host that another app has a path of': [users([...mine, { route: [to('cart')] }], { hosts }), undefined],
  'a part for another app': [users([{ route: [to('podinfo', 80), to('cart', 20)] }], { hosts }), undefined],
  'a port of another app': [users(mine, { hosts, tcp: [{ route: [to('db')] }] }), undefined],
  'a redirect': [users([...mine, { redirect: { uri: '/new' } }], { hosts }), undefined],
  'bare names alone': [users(mine, { hosts: ['podinfo'] }), undefined],
  'Headgate’s own, whose hosts are settings': [own(trafficWishOf(), 20), undefined],
};
for (const [what, [object, names]] of Object.entries(cases))
  t.same(istio.read([object], trafficWishOf()).hosts, names, what);
