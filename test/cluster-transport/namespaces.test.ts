import t from 'tap';
import { KINDS } from '../../src/cluster/kinds.ts';
import { collectionsIn, inPages, isCovered } from '../../src/cluster/namespaces.ts';
import { FaultServer, json, object } from './fault-server.ts';

const server = await new FaultServer().start();
const client = server.client();
t.teardown(async () => {
  await client.close();
  await server.stop();
});

const page = (next: string | undefined, ...names: string[]) =>
  json(200, { kind: 'ServiceList', metadata: { continue: next }, items: names.map((name) => object(name, 5)) });

async function namesIn(namespaces: readonly string[]): Promise<string[]> {
  const names: string[] = [];
  const objects = inPages(client, KINDS.services, { namespaces, excludedNamespaces: [] }, { labelSelector: 'a=b' });
  for await (const { metadata } of objects) names.push(metadata.name);
  return names;
}

void t.test('without namespaces there is one collection, over all of them', async (t) => {
  t.strictSame(collectionsIn({ namespaces: [], excludedNamespaces: [] }), [{}]);
  server.answer(page('more', 'a', 'b'), page(undefined, 'c'));
  t.strictSame(await namesIn([]), ['a', 'b', 'c']);
  t.strictSame(
    server.seen.map(({ path, query }) => [path, query['continue'], query['labelSelector']]),
    [
      ['/api/v1/services', undefined, 'a=b'],
      ['/api/v1/services', 'more', 'a=b'],
    ],
  );
});

void t.test('else there is one for each, and no other is asked for', async (t) => {
  server.answer(page('more', 'a'), page(undefined, 'b'), page(undefined, 'c'));
  t.strictSame(await namesIn(['one', 'two']), ['a', 'b', 'c']);
  t.strictSame(
    server.seen.map(({ path, query }) => [path, query['continue']]),
    [
      ['/api/v1/namespaces/one/services', undefined],
      ['/api/v1/namespaces/one/services', 'more'],
      ['/api/v1/namespaces/two/services', undefined],
    ],
  );
});

void t.test('a caller who stops asks for no further page', async (t) => {
  server.answer(page('more', 'a', 'b'));
  for await (const _ of inPages(client, KINDS.services, { namespaces: [], excludedNamespaces: [] })) break;
  t.equal(server.seen.length, 1);
});

void t.test('what is excluded is left out of it, and what is named is all there is', async (t) => {
  const all = { namespaces: [], excludedNamespaces: ['headgate', 'kube-system'] };
  t.strictSame(collectionsIn(all), [{ fieldSelector: 'metadata.namespace!=headgate,metadata.namespace!=kube-system' }]);
  t.strictSame(
    ['headgate', 'shop'].map((name) => isCovered(all, name)),
    [false, true],
  );
  const some = { ...all, namespaces: ['shop'] };
  t.strictSame(collectionsIn(some), [{ namespace: 'shop' }]);
  t.strictSame(
    ['headgate', 'shop', 'billing'].map((name) => isCovered(some, name)),
    [false, true, false],
  );
});
