import t from 'tap';
import { late, replyTo, unreachable } from '../../src/hooks/reply.ts';
import { forPerson } from '../../src/rollout/spec/wording/for-person.ts';

const ANSWERS: Record<string, [status: number, body: string, outcome: string, message: string]> = {
  '200 passes': [200, '', 'passed', ''],
  'what a good answer says is kept': [200, 'Approved\n', 'passed', 'Approved'],
  '202 passes, as for a load test that was begun': [202, 'started\n', 'passed', 'started'],
  '204 passes': [204, '', 'passed', ''],
  '299 passes': [299, '', 'passed', ''],
  'a refusal says why': [403, 'not yet approved', 'failed', 'answered 403: not yet approved'],
  'a refusal without words': [403, '', 'failed', 'answered 403'],
  'a failure of several lines is one line': [
    500,
    'exit 1\n\n  no\troute\r\n',
    'failed',
    'answered 500: exit 1 no route',
  ],
  'colours and bells are dropped': [
    500,
    '\u001b[31mred\u001b[0m\u0007 \u200b\u2028end',
    'failed',
    'answered 500: red end',
  ],
  'a redirect is a bad answer': [302, '', 'failed', 'answered 302: redirects are not followed'],
  'a redirect with a page': [301, 'Moved', 'failed', 'answered 301: redirects are not followed; Moved'],
};

for (const [sentence, [status, body, outcome, message]] of Object.entries(ANSWERS)) {
  void t.test(sentence, async (t) => t.strictSame(replyTo(status, body), { outcome, message }));
}

void t.test('a long text is cut between characters', async (t) => {
  t.equal(forPerson('x'.repeat(500)), 'x'.repeat(500));
  t.equal(forPerson('x'.repeat(501)), `${'x'.repeat(499)}…`);
  t.equal(forPerson('🚀'.repeat(9_000)), `${'🚀'.repeat(499)}…`);
  t.equal(forPerson(`${'x'.repeat(498)} yyy`), `${'x'.repeat(498)}…`);
});

void t.test('no answer has words too', async (t) => {
  t.strictSame(late(10_000), { outcome: 'failed', message: 'did not answer within 10s' });
  const query = Object.assign(new Error('queryA ENOTFOUND a.b'), {
    code: 'ENOTFOUND',
    syscall: 'queryA',
    hostname: 'a.b',
  });
  t.equal(unreachable(query).message, 'cannot be reached: no address of a.b (ENOTFOUND)');
  const several = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
  t.equal(unreachable(several).message, 'cannot be reached: ECONNREFUSED');
  t.equal(unreachable(new Error('self-signed certificate')).message, 'cannot be reached: self-signed certificate');
});
