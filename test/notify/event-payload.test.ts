import t from 'tap';
import { eventPayload } from '../../src/notify/event-payload.ts';
import { SUBJECT, told } from './told.ts';

void t.test('an event hook gets the payload of hooks, with what happened among its metadata', async (t) => {
  const payload = eventPayload(told(), SUBJECT, { metadata: { team: 'storefront', eventType: 'mine' } });
  t.same(payload, {
    name: 'podinfo',
    namespace: 'demo',
    phase: 'Finalising',
    checksum: 'b7e674b58c',
    metadata: {
      team: 'storefront',
      eventMessage: told().message,
      eventType: 'Warning',
      timestamp: '1795428000000',
    },
  });
  t.match(eventPayload(told({ reason: 'Promoted' }), SUBJECT, { metadata: {} }).metadata, { eventType: 'Normal' });
});
