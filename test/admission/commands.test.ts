import t, { type Test } from 'tap';
import { SCHEDULER } from './build.ts';
import { type Harness, review, webhook } from './webhook.ts';

const [COMMAND, BY] = ['headgate.dev/command', 'headgate.dev/command-by'] as const;
const resource = { group: 'headgate.dev', version: 'v1', resource: 'canaries' };

const canary = (annotations?: Record<string, string>): object => ({
  apiVersion: 'headgate.dev/v1',
  kind: 'Canary',
  metadata: { name: 'podinfo', namespace: 'prod', ...(annotations && { annotations }) },
});
const write = (object: object, oldObject: object | null, more: object = {}): object =>
  review(object, undefined, { resource, operation: oldObject ? 'UPDATE' : 'CREATE', oldObject, ...more });

interface Response {
  allowed: boolean;
  patch?: string;
  auditAnnotations: { decision: string };
}

async function post({ server }: Harness, payload: object): Promise<Response> {
  const answer = await server.app.inject({ method: 'POST', url: '/commands', payload });
  return (answer.json() as { response: Response }).response;
}

const operationsOf = ({ patch }: Response): unknown =>
  patch === undefined ? [] : JSON.parse(Buffer.from(patch, 'base64').toString('utf8'));

function opened(t: Test): Harness {
  const harness = webhook();
  t.teardown(() => harness.server.stop());
  return harness;
}

const path = '/metadata/annotations/headgate.dev~1command-by';
const named = [{ op: 'add', path, value: 'jane' }];
const kept = [{ op: 'add', path, value: 'alice' }];
const abort = { [COMMAND]: 'abort' };
const byAlice = { ...abort, [BY]: 'alice' };

const rows: Record<string, [body: object, operations: unknown]> = {
  'a command gets the name of its user': [write(canary(abort), canary()), named],
  'in a dry run too': [write(canary(abort), canary(), { dryRun: true }), named],
  'another command takes another name': [write(canary({ ...byAlice, [COMMAND]: 'promote' }), canary(byAlice)), named],
  'a forged name is overwritten': [write(canary(byAlice), canary()), named],
  'a round later there is nothing to do': [write(canary({ ...abort, [BY]: 'jane' }), canary()), []],
  'the same command keeps its name, whoever writes': [write(canary(abort), canary(byAlice)), kept],
  'also against another name': [write(canary({ ...abort, [BY]: 'jane' }), canary(byAlice)), kept],
  'or stays without one': [write(canary({ ...abort, [BY]: 'jane' }), canary(abort)), [{ op: 'remove', path }]],
  'without its command it goes': [write(canary({ [BY]: 'alice' }), canary(byAlice)), [{ op: 'remove', path }]],
  'both gone is nothing to do': [write(canary(), canary(byAlice)), []],
  'a Canary that is created with a command': [write(canary(byAlice), null), named],
  'one without': [write(canary(), null), []],
  'what the scheduler writes stays': [write(canary(abort), canary(), { userInfo: { username: SCHEDULER } }), []],
  'a status is none of this': [write(canary(abort), canary(), { subResource: 'status' }), []],
  'an object that cannot be read passes': [write({ metadata: 3 }, canary()), []],
};

t.test('who wrote a command', async (t) => {
  const harness = opened(t);
  for (const [claim, [body, operations]] of Object.entries(rows)) {
    const response = await post(harness, body);
    t.equal(response.allowed, true, claim);
    t.same(operationsOf(response), operations, claim);
    const isStamped = Array.isArray(operations) && operations.length > 0;
    t.equal(response.auditAnnotations.decision, isStamped ? 'stamp' : 'pass', claim);
  }
});
