import t from 'tap';
import { StoredSpecCache } from '../../../src/scheduler/world/stored-spec-cache.ts';
import { rule } from '../../build.ts';

const asked = rule('podinfo', ({ spec }) => {
  spec.trafficPolicy = { retryBudget: { percent: 20 } };
}).spec;
const stored = rule('podinfo', ({ spec }) => {
  spec.trafficPolicy = {};
});

t.test('what the API server made of a spec counts as what was asked for, until somebody changes it', async (t) => {
  const answers = new StoredSpecCache();
  t.equal(answers.asWritten(stored), stored, 'an object that was not written is as it is');
  answers.note(asked, stored);
  t.same(answers.asWritten(stored).spec, asked);
  t.equal(answers.asWritten(stored).metadata, stored.metadata);
  const edited = rule('podinfo', ({ spec }) => delete spec.trafficPolicy);
  t.equal(answers.asWritten(edited), edited, 'another spec is as it is');
});

t.test('what is taken word for word is not remembered', async (t) => {
  const answers = new StoredSpecCache();
  answers.note(asked, stored);
  answers.note(stored.spec, stored);
  t.equal(answers.asWritten(stored), stored);
});

t.test('an object that is gone is forgotten', async (t) => {
  const answers = new StoredSpecCache();
  answers.note(asked, stored);
  answers.forget(stored);
  t.equal(answers.asWritten(stored), stored);
});
