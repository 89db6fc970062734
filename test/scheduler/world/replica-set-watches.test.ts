import t from 'tap';
import { HELD } from '../../../src/rollout/keys.ts';
import { writeHold } from '../../../src/rollout/workload/hold.ts';
import { isDecisive } from '../../../src/scheduler/world/replica-set-watches.ts';
import { deployment } from '../../build.ts';

const open = deployment('1.0');
const withHold = (text: string) =>
  deployment('1.0', ({ metadata }) => {
    metadata.annotations = { ...metadata.annotations, [HELD]: text };
  });
const held = withHold(writeHold({ revision: 'a1b2c3d4e5', by: 'jane', userPaused: true }));

const setOf = (uid: string | undefined) => {
  const { spec } = deployment('1.0');
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'any', uid: uid ?? '' };
  return { metadata: { name: 'set', ownerReferences: [owner] }, spec };
};
const [own, canarys] = [setOf(open.metadata.uid), setOf('uid-canary')];

t.test('the ReplicaSets of a Deployment decide something while it is held, those of its canary always', async (t) => {
  t.notOk(isDecisive(own, open), 'it rolls out');
  t.ok(isDecisive(own, held));
  t.ok(isDecisive(own, withHold('{}')), 'what cannot be read may be a hold');
  t.ok(isDecisive(canarys, open));
  t.ok(isDecisive(own, undefined), 'it is not known');
});
