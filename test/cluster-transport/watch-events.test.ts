import t from 'tap';
import { KubeError, refusal } from '../../src/cluster/errors.ts';
import { watchEndingOf } from '../../src/cluster/watch-ending.ts';
import { watchEventOf } from '../../src/cluster/watch-events.ts';
import { AppError } from '../../src/errors.ts';

const metadata = { name: 'a', namespace: 'ns', resourceVersion: '5' };

void t.test('a line is an event', async (t) => {
  for (const type of ['ADDED', 'MODIFIED', 'DELETED']) {
    const event = { type, object: { metadata, unknown: [1] } };
    t.strictSame(watchEventOf(JSON.stringify(event), '/x'), event);
  }
  const bookmark = { type: 'BOOKMARK', object: { metadata: { resourceVersion: '6' } } };
  t.strictSame(watchEventOf(JSON.stringify(bookmark), '/x'), bookmark);
});

void t.test('metadata alone is an event where it was asked for', async (t) => {
  const object = { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata', metadata };
  const line = JSON.stringify({ type: 'ADDED', object });
  t.strictSame(watchEventOf(line, '/api/v1/configmaps', { metadataOnly: true }), { type: 'ADDED', object });
  t.throws(() => watchEventOf(line, '/api/v1/configmaps'), { code: 'WATCH_BROKEN' });
});

const broken: Record<string, string> = {
  'no JSON': '{"type":"ADDED","obj',
  'no object': 'null',
  'no event': '{}',
  'an unknown type': JSON.stringify({ type: 'MOVED', object: { metadata } }),
  'no metadata': JSON.stringify({ type: 'ADDED', object: {} }),
  'no name': JSON.stringify({ type: 'ADDED', object: { metadata: { resourceVersion: '5' } } }),
  'an object of another kind': JSON.stringify({ type: 'ADDED', object: { kind: 'Pod', metadata } }),
  'no resourceVersion': JSON.stringify({ type: 'BOOKMARK', object: { metadata: {} } }),
};

for (const [sentence, line] of Object.entries(broken)) {
  void t.test(`broken: ${sentence}`, async (t) => {
    t.throws(() => watchEventOf(line, '/api/v1/services'), {
      code: 'WATCH_BROKEN',
      message: `a line of ${line.length} characters`,
    });
  });
}

void t.test('an ERROR event is the error that its Status says', async (t) => {
  const object = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };
  const thrown = () => watchEventOf(JSON.stringify({ type: 'ERROR', object }), '/x');
  t.throws(thrown, { name: 'KubeError', message: 'watch /x: 410 Expired: too old resource version' });
});

const http = (status: number, retryAfterMs?: number) => refusal('watch /x', status, {}, retryAfterMs);

const endings: Record<string, [error: unknown, ending: object]> = {
  'the server closed it: go on, soon': [
    undefined,
    { reason: 'closed', relist: false, streamable: false, capMs: 5_000 },
  ],
  'no connection: go on, soon': [
    new KubeError('', { code: 'KUBE_UNREACHABLE' }),
    { reason: 'unreachable', relist: false, streamable: true, capMs: 5_000 },
  ],
  'silence: go on': [new AppError('WATCH_SILENT', ''), { reason: 'silent', relist: false, streamable: false }],
  'too old: start over': [http(410), { reason: 'expired', relist: true, streamable: true }],
  'a broken line: start over': [new AppError('WATCH_BROKEN', ''), { reason: 'broken', relist: true, streamable: true }],
  'behind: go on from the list': [new AppError('WATCH_MISSED', ''), { reason: 'missed', relist: false }],
  'the server failed: go on, soon': [
    http(500),
    { reason: 'server-error', relist: false, streamable: true, capMs: 5_000 },
  ],
  'the server is busy: go on when it says': [
    http(429, 7_000),
    { reason: 'throttled', relist: false, streamable: true, capMs: 5_000, atLeastMs: 7_000 },
  ],
  'too much to do for a day: no longer than half a minute': [
    http(429, 86_400_000),
    { reason: 'throttled', relist: false, streamable: true, capMs: 5_000, atLeastMs: 30_000 },
  ],
  'a resourceVersion from the future: start over': [http(504), { reason: 'refused', relist: true, streamable: true }],
  'streaming is not known: lists from now on': [http(422), { reason: 'refused', relist: true, streamable: false }],
  'streaming is not known (older): lists from now on': [
    http(400),
    { reason: 'refused', relist: true, streamable: false },
  ],
  'the kind is not known yet: start over': [http(404), { reason: 'refused', relist: true, streamable: true }],
  'not allowed: start over': [http(403), { reason: 'refused', relist: true, streamable: true }],
  'anything else: start over': [new Error('?'), { reason: 'failed', relist: true, streamable: true }],
};

for (const [sentence, [error, ending]] of Object.entries(endings)) {
  void t.test(sentence, async (t) => t.match(watchEndingOf(error), ending));
}
