import t from 'tap';
import { MOST_ATTEMPTS, pauseMs } from '../../src/notify/pace.ts';
import { type ReceiverAnswer, type SendResult, sendResultOf } from '../../src/notify/send-result.ts';

const NOW = Date.parse('2026-11-23T10:00:00Z');

const statuses: Record<string, [answer: ReceiverAnswer, result: SendResult]> = {
  'any 2xx': [{ status: 204 }, { outcome: 'delivered' }],
  '202, as Teams answers': [{ status: 202 }, { outcome: 'delivered' }],
  'trouble at the receiver': [{ status: 503 }, { outcome: 'retry', why: 'it answered 503' }],
  'trouble, with a time': [
    { status: 503, retryAfter: '120' },
    { outcome: 'retry', why: 'it answered 503', afterMs: 120_000 },
  ],
  'too much at a time': [
    { status: 429, retryAfter: '0.35' },
    { outcome: 'retry', why: 'it answered 429', afterMs: 350 },
  ],
  'a time that is a date': [
    { status: 429, retryAfter: 'Mon, 23 Nov 2026 10:01:00 GMT' },
    { outcome: 'retry', why: 'it answered 429', afterMs: 60_000 },
  ],
  'a date that is over': [
    { status: 429, retryAfter: 'Mon, 23 Nov 2026 09:00:00 GMT' },
    { outcome: 'retry', why: 'it answered 429', afterMs: 0 },
  ],
  'a time that is none': [
    { status: 429, retryAfter: 'soon' },
    { outcome: 'retry', why: 'it answered 429' },
  ],
  'a request that took too long': [{ status: 408 }, { outcome: 'retry', why: 'it answered 408' }],
  'an address that is gone': [{ status: 404 }, { outcome: 'refused', why: 'it answered 404' }],
  'a payload that is not taken': [{ status: 400 }, { outcome: 'refused', why: 'it answered 400' }],
  'a redirect': [{ status: 302 }, { outcome: 'refused', why: 'it answered 302, and redirects are not followed' }],
};

for (const [sentence, [answer, result]] of Object.entries(statuses)) {
  void t.test(`${sentence} (${answer.status})`, async (t) => t.same(sendResultOf(answer, false, NOW), result));
}

const words: Record<string, [body: string, result: SendResult]> = {
  'ok is a delivery': ['{"ok":true,"ts":"1"}', { outcome: 'delivered' }],
  'a channel that is not there': [
    '{"ok":false,"error":"channel_not_found"}',
    { outcome: 'refused', why: 'Slack says channel_not_found' },
  ],
  'too much at a time': ['{"ok":false,"error":"ratelimited"}', { outcome: 'retry', why: 'Slack says ratelimited' }],
  'a reason that is no word': ['{"ok":false,"error":"<script>"}', { outcome: 'refused', why: 'Slack says no reason' }],
  'another page': ['<html>', { outcome: 'retry', why: 'it answered 200 without a word of Slack’s API' }],
};

for (const [sentence, [body, result]] of Object.entries(words)) {
  void t.test(`Slack’s API answers 200, its body decides: ${sentence}`, async (t) => {
    t.same(sendResultOf({ status: 200, body }, true, NOW), result);
  });
}

void t.test('attempts are spread over about an hour, and a receiver’s wish is heard', async (t) => {
  const pauses = Array.from({ length: MOST_ATTEMPTS - 1 }, (_, index) => pauseMs(index + 1));
  t.same(pauses.slice(0, 4), [1_000, 2_000, 4_000, 8_000]);
  const minutes = pauses.reduce((sum, pause) => sum + pause, 0) / 60_000;
  t.ok(minutes > 50 && minutes < 70, `${minutes} min`);
  t.equal(pauseMs(1, 30_000), 30_000);
  t.equal(pauseMs(5, 1_000), 16_000);
  t.equal(pauseMs(1, 86_400_000), 600_000, 'but not for a day');
});
