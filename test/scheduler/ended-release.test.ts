import t from 'tap';
import type { Canary } from '../../src/rollout/machine/canary.ts';
import { endedRelease } from '../../src/scheduler/ended-release.ts';

const past = (startedAt: string, outcome = 'succeeded') => ({ startedAt, endedAt: `${startedAt}+`, outcome });
const canary = (...history: object[]) => ({ status: { history } }) as unknown as Canary;

void t.test('a commit ends a release when the history has one more', async (t) => {
  t.equal(endedRelease(canary(), canary()), undefined);
  t.equal(endedRelease(canary(past('a')), canary(past('a'))), undefined);
  t.match(endedRelease(canary(), canary(past('a'))), { startedAt: 'a' });
  t.match(endedRelease(canary(past('a')), canary(past('b', 'failed'), past('a'))), { outcome: 'failed' });
});

void t.test('a history that is full has another at its head', async (t) => {
  const full = Array.from({ length: 10 }, (_, at) => past(`r${at}`));
  t.match(endedRelease(canary(...full), canary(past('new'), ...full.slice(0, 9))), { startedAt: 'new' });
});
