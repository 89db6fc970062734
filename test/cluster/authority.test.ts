import t from 'tap';
import { AUTHORITY, type Deed } from '../../src/admission/authority.ts';
import { grants } from '../../src/admission/roles.ts';
import { cell, PEOPLE } from '../chart/authority.ts';
import { type Json, openRig, waitFor } from '../rig/rig.ts';
import { asked, People, type User } from './authority/people.ts';
import { REQUESTS } from './authority/requests.ts';
import { clear, fill, fillWithoutHeadgate, hold } from './authority/subjects.ts';
import { headgate } from './support/headgate.ts';

/** Who may do what: each cell of the table of docs/security.md, as that user, in each kind of namespace. */
const EXCLUDED = 'kube-system';
const rig = openRig();
const people = new People(rig);
const [enrolled = '', other = '', edge = ''] = await Promise.all(
  ['enrolled', 'other', 'edge'].map((prefix) => rig.createNamespace(prefix)),
);
await Promise.all([fill(rig, enrolled), fill(rig, other), fillWithoutHeadgate(rig, EXCLUDED)]);
await Promise.all([hold(rig, enrolled), hold(rig, other)]);
const users = await Promise.all(PEOPLE.flatMap((person) => [user(person, false), user(person, true)]));
t.teardown(async () => {
  await people.leave(
    EXCLUDED,
    users.map(({ title }) => title),
  );
  await clear(rig, EXCLUDED);
  await rig.close();
});

async function user(person: (typeof PEOPLE)[number], hasRoutes: boolean): Promise<User> {
  const title = `${person.amounts}${hasRoutes ? '-routes' : ''}`;
  const api = await people.account(title, person.roles, [enrolled, EXCLUDED]);
  const rules = [
    { apiGroups: ['networking.istio.io'], resources: ['virtualservices', 'destinationrules'], verbs: ['update'] },
  ];
  if (hasRoutes) for (const namespace of [enrolled, edge]) await people.grant(title, namespace, rules);
  return { title, person, hasRoutes, api };
}

/** What each request of a deed is answered, once. */
async function answers(api: User['api'], deed: Deed, namespace: string): Promise<string[]> {
  const requests = REQUESTS[deed.does] ?? [];
  const all = requests.map((request) => asked(request(api, namespace, edge)));
  return [...new Set((await Promise.all(all)).map((answer) => answer))];
}

t.test('the table has a test for each deed, and the administrator may do all of them', async (t) => {
  t.same(
    Object.keys(REQUESTS),
    AUTHORITY.map(({ does }) => does),
  );
  for (const deed of AUTHORITY) t.same(await answers(rig.api, deed, enrolled), ['yes'], deed.does);
});

/** A cell, as it is to be answered. */
function allowed({ person, hasRoutes }: User, deed: Deed): boolean {
  const wanted = cell(person, deed);
  return wanted === 'yes' || (hasRoutes && wanted === 'with routes');
}

const hasRequest = ({ person }: User, { request }: Deed): boolean =>
  request.resource === 'deployments' ? person.writesDeployments : grants(person.amounts, request);

for (const { does } of AUTHORITY) {
  const deed = AUTHORITY.find((entry) => entry.does === does) as Deed;
  t.test(`to ${does}`, async (t) => {
    for (const who of users) {
      const got = await answers(who.api, deed, enrolled);
      if (allowed(who, deed)) t.same(got, ['yes'], `${who.title}: allowed`);
      else {
        const words = hasRequest(who, deed) ? /must be allowed to \w+ \w+\./ : /cannot \w+ resource/;
        t.ok(got.length > 0 && got.every((answer) => words.test(answer)), `${who.title}: refused, with what is wanted`);
      }
      const elsewhere = await answers(who.api, deed, other);
      t.ok(
        elsewhere.length > 0 && elsewhere.every((answer) => /cannot \w+ resource/.test(answer)),
        `${who.title}: not elsewhere`,
      );
      const excluded = await answers(who.api, deed, EXCLUDED);
      t.equal(
        excluded.every((answer) => answer === 'yes'),
        hasRequest(who, deed),
        `${who.title}: where Headgate does nothing, RBAC alone`,
      );
    }
  });
}

t.test('a promotion is one however it is written, and is asked for by the Canary’s name', async (t) => {
  const operator = await people.account('operator', [], []);
  const see = { apiGroups: ['headgate.dev'], resources: ['canaries'], verbs: ['get', 'list', 'watch', 'patch'] };
  const one = { apiGroups: ['headgate.dev'], resources: ['canaries'], resourceNames: ['guarded'], verbs: ['promote'] };
  await people.grant('operator', enrolled, [see, one]);
  const write = (text: string, name = 'plain'): Promise<string> => {
    const path = `/apis/headgate.dev/v1/namespaces/${enrolled}/canaries/${name}?dryRun=All`;
    return asked(
      operator.patch(path, { metadata: { annotations: { 'headgate.dev/command': text } } }) as Promise<Json>,
    );
  };
  const abort = '{"id":"1","action":"abort"}';
  // An authorizer hears of a Role a moment after it is written.
  await waitFor('the rights of the operator', async () => (await write(abort)) === 'yes');
  for (const text of [
    '{"id":"1","action":"promote"}',
    '{"id":"1","action":"pro\\u006dote"}',
    '{"id":"1","\\u0061ction":"promote"}',
    '{"action":"promote","id":"1"}',
    '{"id":"1","action":"abort","action":"promote"}',
    '{"id":"\\"","action":"abort","revision":"\\"","action":"promote"}',
    ' {"id":"1",\n"action"\t: "promote"} ',
    `${abort}${' '.repeat(5_000)}`,
    'promote',
  ])
    t.match(
      await write(text),
      /must be allowed to promote canaries\.headgate\.dev .*\(ClusterRole headgate-releaser\)/,
      text.slice(0, 60),
    );
  for (const text of [abort, ' { "id" : "1", "action" : "pause", "revision":"a" }'])
    t.equal(await write(text), 'yes', text);
  const past = await write('{"id":"1","action":"promote"}', 'guarded');
  t.match(past, /must be allowed to approve canaries\.headgate\.dev .*\(ClusterRole headgate-approver\)/);

  const kubeconfig = await people.kubeconfig('operator');
  const said = await headgate(rig, ['promote', 'plain', '-n', enrolled], { kubeconfig });
  t.equal(said.code, 2);
  t.match(
    said.stderr,
    /^headgate: you may not promote \S+\/plain: whoever promotes a release skips the rest of its analysis, and must be allowed to promote canaries/,
    'the command line says it in one sentence',
  );
});
