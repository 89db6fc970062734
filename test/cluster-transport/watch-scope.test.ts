import t from 'tap';
import { KINDS } from '../../src/cluster/kinds.ts';
import type { Reflector } from '../../src/cluster/reflector.ts';
import type { Scope } from '../../src/cluster/reflector-options.ts';
import { WatchScopes } from '../../src/cluster/watch-scope.ts';

const scope: Scope = { kind: KINDS.replicasets, namespace: 'ns', labelSelector: 'app=podinfo' };

function counted() {
  const log: string[] = [];
  const scopes = new WatchScopes((key, { labelSelector }) => {
    const say = (what: string) => log.push(`${what} ${key} ${labelSelector}`);
    return { store: key, start: () => say('start'), stop: async () => say('stop') } as unknown as Reflector;
  });
  return { scopes, log };
}

void t.test('one watch per key, from its first user to its last', async (t) => {
  const { scopes, log } = counted();
  const first = scopes.acquire('a', scope);
  t.equal(scopes.acquire('a', scope), first);
  scopes.acquire('b', scope);
  t.strictSame(log, ['start a app=podinfo', 'start b app=podinfo']);
  await scopes.release('a');
  t.equal(scopes.get('a'), first.store, 'still used');
  await scopes.release('a');
  t.strictSame(log.slice(2), ['stop a app=podinfo']);
  t.equal(scopes.get('a'), undefined);
  t.equal(scopes.size, 1);
});

void t.test('a release too many is nothing', async (t) => {
  const { scopes, log } = counted();
  await scopes.release('a');
  scopes.acquire('a', scope);
  await scopes.release('a');
  await scopes.release('a');
  t.equal(log.length, 2);
});

void t.test('acquired again after its end, it is a new watch', async (t) => {
  const { scopes, log } = counted();
  const first = scopes.acquire('a', scope);
  const ended = scopes.release('a');
  t.not(scopes.acquire('a', scope), first);
  await ended;
  t.equal(scopes.size, 1);
  t.equal(log.length, 3);
});

void t.test('stop ends all', async (t) => {
  const { scopes, log } = counted();
  for (const key of ['a', 'b', 'b']) scopes.acquire(key, scope);
  await scopes.stop();
  t.equal(log.filter((entry) => entry.startsWith('stop')).length, 2);
  t.equal(scopes.size, 0);
});
