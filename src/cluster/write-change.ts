import type { KubeObject } from '../rollout/kube.ts';
import { atVersion, type ObjectChange } from '../rollout/object-change.ts';
import type { KubeClient } from './client.ts';
import { pathOf } from './kinds.ts';

const BORROWER = 'headgate-for-a-while';

/**
 * Server-side apply refuses a user whose field somebody else wrote last: a write of their object is followed by one that forgets
 * who wrote it. Where that one fails the first stands, and the next write of the object forgets both.
 */
async function lend(client: Pick<KubeClient, 'patch'>, path: string, operations: object[]): Promise<KubeObject> {
  const answer = await client.patch(path, 'json', operations, { fieldManager: BORROWER });
  const { managedFields } = answer.metadata as { managedFields?: { manager?: string }[] };
  const others = managedFields?.filter(({ manager }) => manager !== BORROWER) ?? [];
  // An empty list would be taken for no word about it.
  if (others.length === 0) return answer;
  const forgetful = [atVersion(answer), { op: 'replace', path: '/metadata/managedFields', value: others }];
  return client.patch(path, 'json', forgetful, { fieldManager: BORROWER }).catch(() => answer);
}

/**
 * Writes one change; what the API server made of the object, or undefined of one that is deleted (what it owns goes after it).
 * @throws KubeError, also when somebody was there in between
 */
export async function writeChange(
  client: Pick<KubeClient, 'create' | 'patch' | 'delete'>,
  change: ObjectChange,
): Promise<KubeObject | undefined> {
  const { kind, object } = change;
  const { namespace, name, uid = '' } = object.metadata;
  switch (change.do) {
    case 'create':
      return client.create(pathOf(kind, namespace), object);
    case 'patch': {
      const path = pathOf(kind, namespace, name);
      const operations = [atVersion(object), ...change.operations];
      return change.isUsers ? lend(client, path, operations) : client.patch(path, 'json', operations);
    }
    case 'delete':
      await client.delete(pathOf(kind, namespace, name), { uid, propagation: 'Background' });
      return undefined;
  }
}
