import fc from 'fast-check';
import t from 'tap';
import { DURATION_PATTERN, formatDuration, parseDuration } from '../../../src/rollout/spec/schema/durations.ts';

const texts: Record<string, number | undefined> = {
  '30s': 30_000,
  '1m30s': 90_000,
  '1h': 3_600_000,
  '500ms': 500,
  '1h2m3s4ms': 3_723_004,
  '0s': 0,
  '': undefined,
  s: undefined,
  '30': undefined,
  '1mfoo': undefined,
  '1.5m': undefined,
  '-1s': undefined,
  '1s1m': undefined,
  '1m1m': undefined,
  ' 1s': undefined,
  '1S': undefined,
  '99999999999999999999h': undefined,
};

for (const [text, milliseconds] of Object.entries(texts)) {
  void t.test(`"${text}" is ${milliseconds ?? 'no duration'}`, async (t) => {
    t.equal(parseDuration(text), milliseconds);
  });
}

void t.test('a duration is read as it is written', async () => {
  fc.assert(
    fc.property(fc.nat(), (milliseconds) => {
      const text = formatDuration(milliseconds);
      return parseDuration(text) === milliseconds && new RegExp(DURATION_PATTERN).test(text);
    }),
  );
});
