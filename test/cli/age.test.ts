import t from 'tap';
import { age, ageOf } from '../../src/cli/age.ts';

const S = 1_000;
const M = 60 * S;
const H = 60 * M;
const D = 24 * H;

const ages: Record<string, [milliseconds: number, text: string]> = {
  'nothing yet': [0, '0s'],
  'parts of a second do not count': [1_999, '1s'],
  'a clock that is behind shows no negative age': [-5 * S, '0s'],
  'what is not known': [Number.NaN, '-'],
  'what has no end': [Number.POSITIVE_INFINITY, '-'],
  'seconds alone': [59 * S, '59s'],
  'minutes with seconds': [3 * M + 20 * S, '3m20s'],
  'full minutes alone': [4 * M, '4m'],
  'from ten minutes on no seconds': [10 * M + 59 * S, '10m'],
  'hours with minutes': [5 * H + 12 * M, '5h12m'],
  'from eight hours on no minutes': [23 * H + 59 * M, '23h'],
  'days with hours': [3 * D + 4 * H, '3d4h'],
  'from eight days on no hours': [12 * D + 23 * H, '12d'],
};

for (const [sentence, [milliseconds, text]] of Object.entries(ages)) {
  void t.test(sentence, async (t) => {
    t.equal(age(milliseconds), text);
  });
}

void t.test('the age of a time', async (t) => {
  const now = Date.parse('2026-11-23T12:00:00Z');
  t.equal(ageOf('2026-11-23T11:58:40Z', now), '1m20s');
  t.equal(ageOf(undefined, now), '-', 'of none');
  t.equal(ageOf('soon', now), '-', 'of what is no time');
});
