import t from 'tap';
import type { Canary } from '../../../src/rollout/machine/canary.ts';
import {
  annotatedHosts,
  type Claimant,
  hostsOf,
  takenHosts,
  withoutHosts,
} from '../../../src/scheduler/tick/host-claims.ts';
import * as make from '../../build.ts';

const record = (name: string, created: number): Canary => ({
  apiVersion: 'headgate.dev/v1',
  kind: 'Canary',
  metadata: { name, namespace: make.NAMESPACE, uid: `uid-${name}`, creationTimestamp: make.at(created) },
  spec: {},
});

interface Claim {
  hosts?: string[];
  /** When its record was created; none is there at the moment. */
  created?: number;
  /** Since when its route has all its hosts. */
  served?: number;
}

function claimant(name: string, { hosts = ['a.com'], created, served }: Claim): Claimant {
  const { service } = make.spec((spec) => {
    spec.service.hosts = hosts;
  });
  return {
    key: `${make.NAMESPACE}/${name}`,
    canary: `${make.NAMESPACE}/${name}`,
    claim: { service, namespace: make.NAMESPACE },
    record: created === undefined ? undefined : record(name, created),
    servedSince: () => (served === undefined ? undefined : make.at(served)),
  };
}

/** Who has a.com, asked from both sides. */
const winner = (a: Claim, b: Claim): string => {
  const [one, other] = [claimant('one', a), claimant('other', b)];
  const loses = (own: Claimant, rival: Claimant): boolean =>
    takenHosts(
      own,
      () => [rival],
      () => 'why',
    ).length > 0;
  const lost = [loses(one, other), loses(other, one)];
  return lost[0] === lost[1] ? `both alike: ${lost[0]}` : lost[0] ? 'other' : 'one';
};

const rows: [what: string, a: Claim, b: Claim, winner: 'one' | 'other'][] = [
  ['the older record', { created: 1 }, { created: 5 }, 'one'],
  ['the younger Deployment’s is the older record', { created: 5 }, { created: 1 }, 'other'],
  ['whoever serves it, whatever the records say', { created: 1 }, { created: 5, served: 6 }, 'other'],
  ['whose record was deleted and made again', { created: 90, served: 2 }, { created: 5 }, 'one'],
  ['whose record is gone for the moment', { served: 2 }, { created: 5 }, 'one'],
  ['of two that serve it, who has done so longer', { created: 9, served: 2 }, { created: 1, served: 3 }, 'one'],
  ['of two alike, always the same', { created: 1 }, { created: 1 }, 'one'],
  ['whoever has a record, where neither serves it', {}, { created: 5 }, 'other'],
];
for (const [what, a, b, expected] of rows) t.equal(winner(a, b), expected, what);

void t.test('only what cannot be shared is taken, and by the first who has it', (t) => {
  const own = claimant('own', { hosts: ['a.com', 'b.com', 'c.com'], created: 9 });
  const [old, older] = [claimant('old', { created: 5 }), claimant('older', { created: 1 })];
  const others = (host: string) => (host === 'c.com' ? [] : [old, older]);
  const overlap = () => 'they meet';
  const found = takenHosts(own, others, overlap).map(({ host, owner, why }) => [host, owner.key, why]);
  t.same(
    found,
    ['a.com', 'b.com'].map((host) => [host, older.key, 'they meet']),
  );
  t.same(
    takenHosts(own, others, () => undefined),
    [],
    'who can be told apart shares the host',
  );
  t.same(
    takenHosts(own, others, (_own, other) => (other === old.claim ? 'why' : undefined)).map(({ owner }) => owner.key),
    [old.key, old.key],
    'one that can be told apart stands before nobody',
  );
  t.end();
});

void t.test('who has lost all hosts has the mesh, and every request there', (t) => {
  const { claim, key } = claimant('own', { hosts: ['a.com', 'b.com'] });
  const service = { ...claim.service, gateways: ['edge'], http: { timeout: '5s', match: [{ uri: { prefix: '/a' } }] } };
  const lost = (...hosts: string[]) =>
    withoutHosts(
      service,
      hosts.map((host) => ({ host, owner: claimant(key, {}), why: 'why' })),
    );
  t.same(lost(), service);
  t.same(lost('a.com'), { ...service, hosts: ['b.com'] });
  t.same(lost('a.com', 'b.com'), { ...service, hosts: [], gateways: [], http: { timeout: '5s' } });
  t.end();
});

void t.test('hosts are read from a spec of any shape, and from annotations', (t) => {
  const spec = (service: unknown) => hostsOf({ ...record('a', 1), spec: { service } });
  t.same([{ hosts: ['a.com', 1, null] }, { hosts: 'a.com' }, [], undefined].map(spec), [['a.com'], [], [], []]);
  const annotated = (hosts: string | undefined) =>
    annotatedHosts(make.deployment('1.0', make.annotated({ 'headgate.dev/hosts': hosts })));
  t.same([' a.com, b.com', '', undefined].map(annotated), [['a.com', 'b.com'], [], []]);
  t.end();
});
