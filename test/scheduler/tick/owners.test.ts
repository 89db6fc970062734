import t from 'tap';
import { CANARY, ENROLLED_BY } from '../../../src/rollout/keys.ts';
import type { Deployment } from '../../../src/rollout/kube.ts';
import type { Canary } from '../../../src/rollout/machine/canary.ts';
import { ownerOf } from '../../../src/rollout/workload/generated.ts';
import { canariesByAge, isWritten, ownershipOf } from '../../../src/scheduler/tick/owners.ts';
import * as make from '../../build.ts';

const canary = (name: string, more: { age?: number; target?: string; leaving?: true } = {}): Canary => ({
  apiVersion: 'headgate.dev/v1',
  kind: 'Canary',
  metadata: {
    ...{ name, namespace: make.NAMESPACE, uid: `uid-${name}`, creationTimestamp: make.at(more.age ?? 0) },
    ...(more.leaving && { deletionTimestamp: make.at(100) }),
  },
  spec: { targetRef: { name: more.target ?? make.NAME }, service: { port: 80 } },
});

const noted = (notes: Record<string, string | undefined>): Deployment =>
  make.deployment('1.0', make.annotated({ [CANARY]: undefined, ...notes }));
const byHeadgate = { [CANARY]: 'canary/settings', [ENROLLED_BY]: 'canary' };

const rows: Record<string, [deployment: Deployment, canaries: Canary[], expected: object]> = {
  'nobody names it': [noted({}), [], { by: 'user' }],
  'a Canary names it': [noted({}), [canary('settings')], { by: 'canary', enrol: { metadata: { name: 'settings' } } }],
  'of two Canaries the older has it': [
    noted({}),
    [canary('young', { age: 9 }), canary('old', { age: 1 })],
    { enrol: { metadata: { name: 'old' } } },
  ],
  'its user has opted it in': [noted({ [CANARY]: 'true' }), [canary('settings')], { by: 'user' }],
  'its user names a Canary that is to come': [noted({ [CANARY]: 'canary/later' }), [], { by: 'user' }],
  'Headgate has opted it in': [noted(byHeadgate), [canary('settings')], { by: 'user' }],
  'the Canary that it was opted in for is gone': [noted(byHeadgate), [], { by: 'nobody' }],
  'a stray mark of Headgate’s, beside settings in annotations': [
    noted({ [CANARY]: 'true', [ENROLLED_BY]: 'canary' }),
    [],
    { by: 'user' },
  ],
  'that Canary is on its way out': [noted(byHeadgate), [canary('settings', { leaving: true })], { by: 'nobody' }],
  'that Canary is about another Deployment now': [
    noted(byHeadgate),
    [canary('settings', { target: 'another' })],
    { by: 'nobody' },
  ],
};

for (const [claim, [deployment, canaries, expected]] of Object.entries(rows)) {
  const written = canaries.filter(isWritten).toSorted(canariesByAge);
  const found = ownershipOf(deployment, written, (name) => canaries.find(({ metadata }) => metadata.name === name));
  t.match(found, expected, claim);
}

void t.test('a record of annotations is nobody’s writing', async (t) => {
  const made = canary('podinfo');
  made.metadata.ownerReferences = [ownerOf(make.deployment())];
  t.notOk(isWritten(made));
});

void t.test('of two of the same second, who was enrolled first was first', async (t) => {
  const [a, b] = [canary('a'), canary('b')];
  t.ok(canariesByAge(a, b) < 0, 'neither: any order, but always the same');
  const since = (lastTransitionTime: string) =>
    ({ conditions: [{ type: 'Enrolled', status: 'True', lastTransitionTime }] }) as unknown as NonNullable<
      Canary['status']
    >;
  b.status = since(make.at(3));
  t.ok(canariesByAge(b, a) < 0);
  a.status = since(make.at(2));
  t.ok(canariesByAge(a, b) < 0);
});
