import t from 'tap';
import { whyForbidden } from '../../src/cli/forbidden.ts';

const PATCH = 'PATCH /apis/headgate.dev/v1/namespaces/demo/canaries/podinfo: 403 Forbidden: ';
const OBJECT = 'canaries.headgate.dev "podinfo" is forbidden: ';

const cases: Record<string, [message: string, why: string]> = {
  'a policy of Headgate’s': [
    `${PATCH}${OBJECT}ValidatingAdmissionPolicy 'headgate-canary' with binding 'headgate-canary' denied request: headgate: no`,
    'no',
  ],
  'a policy of somebody else’s': [
    `${PATCH}${OBJECT}ValidatingAdmissionPolicy 'hours' with binding 'hours' denied request: not on Fridays`,
    'not on Fridays',
  ],
  RBAC: [
    `${PATCH}${OBJECT}User "jane" cannot patch resource "canaries"`,
    'User "jane" cannot patch resource "canaries"',
  ],
  'a proxy': [`${PATCH}go away`, `${PATCH}go away`],
};

for (const [who, [message, why]] of Object.entries(cases)) {
  void t.test(`why a request is not allowed, said by ${who}`, async (t) => {
    t.equal(whyForbidden({ message }), why);
  });
}
