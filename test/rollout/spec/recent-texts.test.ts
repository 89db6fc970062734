import t from 'tap';
import { asList, asMap, yamlTokens } from '../../../src/rollout/spec/annotations/annotation-text.ts';
import { RecentTexts } from '../../../src/rollout/spec/annotations/recent-texts.ts';

t.test('what was made of a text is made once, while it is one of the newest', async (t) => {
  const texts = new RecentTexts<number>();
  const asked: string[] = [];
  const lengthOf = (text: string) =>
    texts.of(text, () => {
      asked.push(text);
      return text.length;
    });
  t.same([lengthOf('a'), lengthOf('a')], [1, 1]);
  t.same(asked, ['a'], 'it is remembered');
  for (let index = 0; index < 255; index += 1) lengthOf(`text ${index}`);
  lengthOf('a');
  lengthOf('one more');
  lengthOf('a');
  lengthOf('text 0');
  const times = (text: string) => asked.filter((entry) => entry === text).length;
  t.same([times('a'), times('text 0')], [1, 2], 'the one that was not asked for the longest is made again');
});

t.test('a long text is not remembered', async (t) => {
  const texts = new RecentTexts<number>();
  const long = 'x'.repeat(4_097);
  t.same(
    [1, 2].map((made) => texts.of(long, () => made)),
    [1, 2],
  );
});

t.test('what YAML says is another value each time, which may be changed', async (t) => {
  const first = asList('- {name: a}');
  if (!first.ok) throw new Error(first.message);
  Object.assign((first.value as object[])[0] ?? {}, { name: 'b' });
  t.same(asList('- {name: a}'), { ok: true, value: [{ name: 'a' }] });
  t.match(asMap('- {name: a}'), { ok: false }, 'a list is no map, whoever read it before');
});

t.test('tokens are counted to their end, also where somebody asked for fewer before', async (t) => {
  const text = '[1, 2, 3, 4, 5, 6, 7, 8]';
  t.ok(yamlTokens(text, 3) > 3);
  t.ok(yamlTokens(text, 1_000) >= 16, 'numbers and signs');
});
