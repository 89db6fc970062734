import t from 'tap';
import { hookPayload } from '../../src/hooks/payload.ts';

void t.test('the payload has the fields of Flagger’s, by the same names', async (t) => {
  const subject = { name: 'podinfo', namespace: 'demo', phase: 'Progressing', revision: 'b7e674b58c' };
  const metadata = { type: 'cmd', cmd: 'hey -z 1m http://podinfo-canary.demo/' };
  t.strictSame(JSON.parse(JSON.stringify(hookPayload(subject, metadata))), {
    name: 'podinfo',
    namespace: 'demo',
    phase: 'Progressing',
    checksum: 'b7e674b58c',
    metadata,
  });
  t.strictSame(hookPayload(subject, {}).metadata, {}, 'metadata is always there');
});
