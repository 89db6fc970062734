import fc from 'fast-check';
import t from 'tap';
import { MAX_KEYS, MAX_TEXT, MAX_TOKENS } from '../../src/rollout/spec/annotations/annotation-bounds.ts';
import { SETTINGS } from '../../src/rollout/spec/annotations/annotation-keys.ts';
import { yamlTokens } from '../../src/rollout/spec/annotations/annotation-text.ts';
import { annotate, annotateTemplate, edit, image, stored } from '../admission/build.ts';
import { inTime } from './cpu.ts';
import { create, update } from './judged.ts';
import { MOST_ANNOTATIONS, shape } from './shapes.ts';

const own = (name: string): string => `headgate.dev/${name}`;
const KEYS = [...SETTINGS.keys(), 'canary', 'bypass', 'held', 'rolling', 'enrolled-by', 'command', 'unknown'];
const YAML = [...SETTINGS].filter(([, { isYaml }]) => isYaml).map(([name]) => name);

/** As much of a text as is read. */
function readable(text: string): string {
  let [least, most] = [0, Math.min(text.length, MAX_TEXT)];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (yamlTokens(text.slice(0, middle), MAX_TOKENS) <= MAX_TOKENS) least = middle;
    else most = middle - 1;
  }
  return text.slice(0, least);
}

/** On a machine that is busy with others. */
t.setTimeout(180_000);

t.test('one annotation, whatever is in it', async (t) => {
  const key = fc.constantFrom(...KEYS);
  const size = fc.constantFrom(1_000, MAX_TEXT, MOST_ANNOTATIONS);
  fc.assert(
    fc.property(key, shape, size, fc.boolean(), (key, { name, of }, size, isOld) => {
      const text = of(size);
      const noted = edit(stored(), annotate({ [own(key)]: text }));
      inTime(t, `${key} of ${text.length}: ${name}`, update(noted, stored()).work);
      if (isOld)
        inTime(t, `a release with ${key} of ${text.length}: ${name}`, update(edit(noted, image('x:2')), noted).work);
      else inTime(t, `a new one with ${key} of ${text.length}: ${name}`, create(noted).work);
      return t.passing();
    }),
    { numRuns: 300 },
  );
});

t.test('YAML, as much of it as is read', async (t) => {
  fc.assert(
    fc.property(fc.constantFrom(...YAML), shape, (key, { name, of }) => {
      const text = readable(of(MAX_TEXT));
      inTime(t, `${key} of ${text.length}: ${name}`, create(edit(stored(), annotate({ [own(key)]: text }))).work);
      return t.passing();
    }),
    { numRuns: 150 },
  );
});

t.test('all of them together', async (t) => {
  fc.assert(
    fc.property(shape, ({ name, of }) => {
      const text = of(Math.floor(MOST_ANNOTATIONS / KEYS.length));
      const all = Object.fromEntries(KEYS.map((key) => [own(key), key === 'canary' ? 'true' : text]));
      inTime(t, `all: ${name}`, create(edit(stored(), annotate(all))).work);
      return t.passing();
    }),
    { numRuns: 60 },
  );
});

t.test('as many keys as there is room for', async (t) => {
  for (const name of [(at: number) => `headgate.dev/k${at}`, (at: number) => `k${at}`]) {
    const noted = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [name(at), 'x']));
    inTime(t, `many ${name(0)}`, update(edit(stored(), annotate(noted)), stored()).work);
    inTime(
      t,
      `many ${name(0)}, and a hold`,
      update(edit(stored(), annotate(noted), image('x:2')), edit(stored(), annotate(noted))).work,
    );
    inTime(t, `many ${name(0)} of the pod template`, update(edit(stored(), annotateTemplate(noted)), stored()).work);
  }
});

t.test('the known case: a bypass of blanks', async (t) => {
  const { work } = update(edit(stored(), annotate({ [own('bypass')]: ' '.repeat(120_000) })), stored());
  inTime(t, 'it', work);
  const admission = work();
  t.match(admission, {
    kind: 'deny',
    message: 'headgate: headgate.dev/bypass is 120000 characters long; at most 1024 are taken',
  });
});

t.test('a refusal says what is too long, where, and how long it may be', async (t) => {
  const many = Object.fromEntries(Array.from({ length: MAX_KEYS }, (_, at) => [own(`k${at}`), 'x']));
  const rows: [notes: Record<string, string>, words: RegExp][] = [
    [
      { [own('interval')]: 'x'.repeat(40_000) },
      /headgate\.dev\/interval = "x+…": is 40000 characters long; at most 32768 are read/,
    ],
    [many, /headgate\.dev\/…: is the beginning of 65 annotations; at most 64 are read/],
    [
      { [own('match')]: '- a\n'.repeat(2_000) },
      /headgate\.dev\/match = .*: brings the YAML in annotations to more than 3072 words and signs/,
    ],
    [{ [own('match')]: `${'- '.repeat(60)}x` }, /headgate\.dev\/match.*: is nested more than 32 deep/],
    [
      { [own('match')]: '[&a [x,x,x,x,x,x,x,x,x], &b [*a,*a,*a,*a,*a,*a], [*b,*b,*b,*b,*b,*b]]' },
      /has aliases \(\*name\) that stand for too much/,
    ],
  ];
  for (const [notes, words] of rows) {
    const admission = create(edit(stored(), annotate(notes))).work();
    t.match(admission, { kind: 'deny', decision: 'invalid', message: words });
  }
});

t.test('what is as long as it may be is read', async (t) => {
  const words = Array.from({ length: MAX_KEYS - 1 }, (_, at) => [`note-${at}.example.com/x`, 'x'.repeat(3_000)]);
  const hooks = Array.from({ length: 32 }, (_, at) => `- {name: hook-${at}, url: "http://hooks/${'x'.repeat(600)}"}\n`);
  const admission = create(
    edit(stored(), annotate({ ...Object.fromEntries(words), [own('webhooks')]: hooks.join('') })),
  ).work();
  t.match(admission, { decision: 'opt-in' });
});
