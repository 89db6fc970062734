import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { AUTHORITY, rightsFor } from '../../src/admission/authority.ts';
import { HARMLESS_COMMAND } from '../../src/admission/authority-requests.ts';
import { grants, leastRoleFor, ROLES } from '../../src/admission/roles.ts';
import { ACTIONS, readCommand } from '../../src/rollout/machine/commands/command-annotation.ts';
import { authorityFiles } from '../chart/render.ts';
import { page, ROOT } from '../docs/pages.ts';

void t.test('template and page are what the table makes (else: node test/chart/render.ts)', async (t) => {
  for (const [path, text] of authorityFiles()) t.equal(readFileSync(join(ROOT, path), 'utf8'), text, path);
});

void t.test('each deed of the table is there once, and each role is told of', async (t) => {
  const names = AUTHORITY.map(({ does }) => does);
  t.equal(new Set(names).size, names.length);
  const also = AUTHORITY.flatMap(({ judged }) => judged?.also ?? []);
  t.same(
    also.filter((name) => !names.includes(name)),
    [],
  );
  for (const { name } of ROLES) t.match(page('docs/security.md'), `\`${name}\``);
});

void t.test('each verb of Headgate’s own has a role that is the least to have it', async (t) => {
  const own = AUTHORITY.flatMap(rightsFor).filter(({ resource }) => resource === 'canaries');
  const least = Object.fromEntries(own.map((right) => [right.verb, leastRoleFor(right)]));
  t.same(least, {
    ...{ update: 'headgate-releaser', delete: 'headgate-releaser', promote: 'headgate-releaser' },
    ...{ approve: 'headgate-approver', bypass: 'headgate-admin' },
  });
  t.notOk(grants('headgate-releaser', { verb: 'approve', resource: 'canaries' }));
  t.equal(
    leastRoleFor({ verb: 'update', resource: 'virtualservices' }),
    undefined,
    'routes are not Headgate’s to give',
  );
});

const harmless = new RegExp(HARMLESS_COMMAND);
const command = (action: string, revision?: string): string =>
  JSON.stringify({ id: 'c0ffee', action, ...(revision !== undefined && { revision }) });

void t.test('every command but a promotion is known as one, as Headgate writes it', async (t) => {
  for (const action of ACTIONS)
    for (const revision of [undefined, '', '7d4b9c6f5'])
      t.equal(harmless.test(command(action, revision)), action !== 'promote', command(action, revision));
});

/** Pieces of JSON in any order; and objects whose last action is a promotion, however it is spelt, among other entries. */
const piece = fc.constantFrom(
  ...[
    '{',
    '}',
    '"id"',
    '"action"',
    '"revision"',
    ':',
    ',',
    '"1"',
    '"abort"',
    '"promote"',
    '"\\u0070romote"',
    '\\',
    '"',
  ],
  ...[' ', '\n', '\t', '\u00a0', '\ufeff', '"__proto__"', '"\\"', '"pause"', 'promote', '[', ']', 'null'],
);
const blank = fc.constantFrom('', ' ', '\n', '\t ');
const text = fc.constantFrom(
  '"1"',
  '"abort"',
  '"pause"',
  '"\\""',
  '"{"',
  '",\\"action\\":\\"abort"',
  '"\\\\"',
  '1',
  'null',
  '{}',
);
const entry = (key: fc.Arbitrary<string>, value: fc.Arbitrary<string>) =>
  fc.tuple(blank, key, blank, value, blank).map(([a, k, b, v, c]) => `${a}${k}${b}:${v}${c}`);
const id = entry(fc.constantFrom('"id"', '"\\u0069d"'), fc.constantFrom('"1"', '"\\"}"', '"abort"'));
const promotion = entry(
  fc.constantFrom('"action"', '"\\u0061ction"', '"actio\\u006e"'),
  fc.constantFrom('"promote"', '"\\u0070romote"', '"prom\\u006fte"'),
);
const others = fc.array(entry(fc.constantFrom('"action"', '"x"', '"revision "', '"__proto__"'), text), {
  maxLength: 3,
});
const texts = fc.oneof(
  fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join('')),
  fc.tuple(others, id, others, promotion, blank).map(([first, named, then, last, after]) => {
    return `${after}{${[...first, named, ...then, last].join(',')}}${after}`;
  }),
);

void t.test('what is read as a promotion is never taken for something else', async (t) => {
  let promotions = 0;
  fc.assert(
    fc.property(texts, (text) => {
      const read = readCommand({ 'headgate.dev/command': text });
      if (read === undefined || !('action' in read) || read.action !== 'promote') return true;
      promotions += 1;
      return !harmless.test(text);
    }),
    { numRuns: 20_000 },
  );
  t.ok(promotions > 1_000, `the check itself sees ${promotions} of them`);
});
