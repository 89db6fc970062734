import t from 'tap';
import { hint, nearest } from '../../../src/rollout/spec/wording/suggest.ts';

const known = ['interval', 'max-weight', 'step-weight', 'step-weights', 'threshold', 'hosts', 'max'];

const words: Record<string, [word: string, meant: string | undefined]> = {
  'a letter too many': ['intervall', 'interval'],
  'a letter too few': ['intrval', 'interval'],
  'another letter': ['thresholt', 'threshold'],
  'two letters swapped': ['max-wieght', 'max-weight'],
  'camel case': ['stepWeight', 'step-weight'],
  capitals: ['MAX_WEIGHT', 'max-weight'],
  'the singular': ['host', 'hosts'],
  'a part of a word': ['analysis-interval', 'interval'],
  'a longer form of a short word': ['maximum', 'max'],
  'nothing like it': ['mirror', undefined],
  'the empty word': ['', undefined],
  'a word too long to compare': ['interval'.repeat(20), undefined],
};

for (const [sentence, [word, meant]] of Object.entries(words)) {
  void t.test(sentence, async (t) => {
    t.equal(nearest(word, known), meant);
  });
}

void t.test('of two as near, the one that begins alike', async (t) => {
  t.equal(nearest('rat', ['rad', 'rate']), 'rate');
});

void t.test('a hint names what was meant, or all there is', async (t) => {
  t.equal(
    hint('intervall', known, (name) => `x/${name}`),
    'did you mean x/interval?',
  );
  t.equal(hint('mirror', ['a', 'b']), 'known are a, b');
});
