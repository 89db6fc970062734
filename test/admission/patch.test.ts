import t from 'tap';
import { patchTo } from '../../src/admission/patch.ts';
import { HELD } from '../../src/rollout/keys.ts';
import { annotate, annotateTemplate, approved, ask, edit, image, label, stored } from './build.ts';
import { BYPASS, heldV2, V2 } from './rows.ts';

t.test('an answer never touches status, managedFields or the pod spec', async (t) => {
  const old = stored({ templateAnnotations: { 'headgate.dev/config': 'a' } });
  const { patch } = approved(ask(old, edit(old, image(V2), annotateTemplate({ 'headgate.dev/config': 'b' }))));
  t.ok(patch.length > 0);
  for (const { path } of patch) {
    t.match(path, /^\/(metadata\/(annotations|labels)|spec\/paused|spec\/template\/metadata)/);
  }
});

t.test('what an answer may not touch makes no patch', async (t) => {
  const old = stored();
  t.same(patchTo(old, edit(old, image(V2))), []);
});

t.test('keys with slashes and tildes, and maps that were not there', async (t) => {
  const bare = stored({ optIn: undefined });
  delete bare.metadata.annotations;
  delete bare.metadata.labels;
  const model = edit(bare, annotate({ 'a.b/c~d': '1' }), label({ x: 'y' }));
  t.same(patchTo(bare, model), [
    { op: 'add', path: '/metadata/annotations', value: { 'a.b/c~d': '1' } },
    { op: 'add', path: '/metadata/labels', value: { x: 'y' } },
  ]);
});

t.test('an annotation edit under an unreadable hold passes and leaves it', async (t) => {
  const old = stored({ ...heldV2, held: 'not json' });
  const answer = approved(ask(old, edit(old, annotate(BYPASS))));
  t.equal(answer.after.metadata.annotations?.[HELD], 'not json');
  t.equal(answer.after.spec.paused, true);
});
