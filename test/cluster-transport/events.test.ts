import t from 'tap';
import { KubeError } from '../../src/cluster/errors.ts';
import { type EventFact, eventOf, recordEvent } from '../../src/cluster/events.ts';
import type { KubeObject } from '../../src/rollout/kube.ts';

const fact: EventFact = {
  regarding: { apiVersion: 'headgate.dev/v1', kind: 'Canary', namespace: 'ns', name: 'podinfo', uid: 'u-1' },
  id: 'weight-30',
  type: 'Normal',
  reason: 'WeightRaised',
  message: 'canary weight 30',
  at: Date.UTC(2026, 10, 23, 18, 46, 1, 234),
};

void t.test('a fact is an Event of its object', async (t) => {
  t.match(eventOf(fact), {
    kind: 'Event',
    metadata: { name: /^podinfo\.[0-9a-f]{16}$/, namespace: 'ns' },
    involvedObject: fact.regarding,
    type: 'Normal',
    reason: 'WeightRaised',
    message: 'canary weight 30',
    firstTimestamp: '2026-11-23T18:46:01Z',
    lastTimestamp: '2026-11-23T18:46:01Z',
  });
});

void t.test('the name depends on the object and the fact alone', async (t) => {
  const name = (change: Partial<EventFact>) => eventOf({ ...fact, ...change }).metadata.name;
  t.equal(name({ message: 'other', at: 0 }), name({}));
  t.not(name({ id: 'weight-40' }), name({}));
  t.not(name({ regarding: { ...fact.regarding, uid: 'u-2' } }), name({}));
});

void t.test('names and messages fit', async (t) => {
  const long = eventOf({
    ...fact,
    regarding: { ...fact.regarding, name: 'n'.repeat(253) },
    message: 'm'.repeat(2_000),
  });
  t.equal(long.metadata.name.length, 253);
  t.equal(String(long['message']).length, 1_024);
});

const refused = (status: number, reason: string) => new KubeError('no', { code: 'KUBE_REFUSED', status, reason });

const outcomes: Record<string, [error: unknown, outcome: string, reported: number]> = {
  written: [undefined, 'recorded', 0],
  'told again': [refused(409, 'AlreadyExists'), 'repeated', 0],
  'in a namespace that goes away': [refused(403, 'Forbidden'), 'failed', 1],
  'without an answer': [new KubeError('', { code: 'KUBE_UNREACHABLE' }), 'failed', 1],
};

for (const [sentence, [error, outcome, reported]] of Object.entries(outcomes)) {
  void t.test(`${sentence}: ${outcome}, and nothing is thrown`, async (t) => {
    const paths: string[] = [];
    const errors: unknown[] = [];
    const create = async <T extends KubeObject>(path: string, body: T): Promise<T> => {
      paths.push(path);
      if (error !== undefined) throw error;
      return body;
    };
    t.equal(await recordEvent({ create }, fact, (thrown) => errors.push(thrown)), outcome);
    t.strictSame(paths, ['/api/v1/namespaces/ns/events']);
    t.equal(errors.length, reported);
  });
}
