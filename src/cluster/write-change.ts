import { ROLE } from '../rollout/keys.ts';
import type { KubeObject } from '../rollout/kube.ts';
import { atVersion, type Kind, type ObjectChange } from '../rollout/object-change.ts';
import { isReplaceable } from '../rollout/workload/generated.ts';
import type { KubeClient } from './client.ts';
import { pathOf } from './kinds.ts';

type Patcher = Pick<KubeClient, 'patch'>;

const BORROWER = 'headgate-for-a-while';

/**
 * Server-side apply refuses a user whose field somebody else wrote last: a write of their object is followed by one that forgets
 * who wrote it. Where that one fails the first stands, and the next write of the object forgets both.
 */
async function lend(client: Patcher, path: string, operations: object[]): Promise<KubeObject> {
  const answer = await client.patch(path, 'json', operations, { fieldManager: BORROWER });
  const { managedFields } = answer.metadata as { managedFields?: { manager?: string }[] };
  const others = managedFields?.filter(({ manager }) => manager !== BORROWER) ?? [];
  // An empty list would be taken for no word about it.
  return others.length === 0 ? answer : disown(client, path, answer, others);
}

/** @param managers who wrote which of its fields, as it is to stand there */
function disown(client: Patcher, path: string, object: KubeObject, managers: object[]): Promise<KubeObject> {
  const operations = [atVersion(object), { op: 'replace', path: '/metadata/managedFields', value: managers }];
  return client.patch(path, 'json', operations, { fieldManager: BORROWER }).catch(() => object);
}

/**
 * Creates an object. Of one that gives way to what its user applies no field is Headgate's but its label, so that they may apply
 * theirs on the server without a conflict.
 */
export async function createObject(
  client: Pick<KubeClient, 'create' | 'patch'>,
  kind: Kind,
  object: KubeObject,
): Promise<KubeObject> {
  const { namespace, name } = object.metadata;
  const answer = await client.create(pathOf(kind, namespace), object);
  if (!isReplaceable(object)) return answer;
  const fieldsV1 = { 'f:metadata': { 'f:labels': { [`f:${ROLE}`]: {} } } };
  const { apiVersion } = object;
  const label = { manager: 'headgate', operation: 'Update', apiVersion, fieldsType: 'FieldsV1', fieldsV1 };
  return disown(client, pathOf(kind, namespace, name), answer, [label]);
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
      return createObject(client, kind, object);
    case 'patch': {
      const path = pathOf(kind, namespace, name);
      const operations = [atVersion(object), ...change.operations];
      return change.isLent ? lend(client, path, operations) : client.patch(path, 'json', operations);
    }
    case 'delete':
      await client.delete(pathOf(kind, namespace, name), { uid, propagation: 'Background' });
      return undefined;
  }
}
