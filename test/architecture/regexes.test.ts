import { check } from 'recheck';
import t from 'tap';
import { regexLiterals } from './regexes.ts';
import { files, textOf, withoutComments } from './sources.ts';

/**
 * No regular expression of the source takes time that grows faster than the text, whatever the text. `recheck` judges each by
 * its automaton, or, where it looks ahead or behind, by a search for the worst text: with a program of this machine's own
 * where there is one, and by JavaScript, which takes three times as long, where there is none.
 */

/** More than any of them takes on a busy machine; one that cannot be judged by then fails. */
const LIMIT_MS = 60_000;

/** On a machine that is busy with others. */
t.setTimeout(180_000);

t.test('every literal takes linear time', async (t) => {
  const literals = files.flatMap((file) => regexLiterals(textOf(file)).map((literal) => ({ file, ...literal })));
  t.ok(literals.length > 100, 'they are found');
  for (const { file, source, flags } of literals) {
    const found = await check(source, flags, { timeout: LIMIT_MS });
    t.equal(found.status, 'safe', `${file}: /${source}/${flags}`);
  }
});

/** Made while the program runs, where no test sees what it becomes: why that is no harm, and what it may become. */
const MADE: Readonly<Record<string, { why: string; such: readonly string[] }>> = {
  'src/rollout/spec/schema/regex.ts': { why: 'tries whether a text compiles, and never runs it', such: [] },
  'src/rollout/spec/promql/promql-series.ts': {
    why: 'has the name of a label, as the grammar took it for one',
    such: ['[{,]\\s*app\\s*=\\s*["\'`]'],
  },
  'src/cli/import/names.ts': {
    why: 'has names, whose characters are escaped',
    such: [
      '(\\{\\{ (?:target|service) \\}\\}|(?<![\\w-])shop(?=(?:-primary|-canary)?(?!\\w|-\\w)))((?:-primary|-canary)(?!\\w|-\\w))?',
      '(?<!\\w)shop-primary',
    ],
  },
  'src/cli/import/matcher-reach.ts': {
    why: "is a pattern of a person's own, run on that person's own machine, and no longer one that could take long",
    such: [],
  },
};

t.test('none is made of text, where it would not be seen here', async (t) => {
  const makers = files.filter((file) => /\bRegExp\(/.test(withoutComments(textOf(file))));
  t.same(
    makers.filter((file) => MADE[file] === undefined),
    [],
  );
  for (const such of Object.values(MADE).flatMap((made) => made.such))
    t.equal((await check(such, '')).status, 'safe', such);
});

t.test('the collector finds literals, and takes neither texts, comments nor divisions for them', async (t) => {
  const text = ["const a = /a+/g.test('/b/') ? 1 / 2 / c : `/d/`;", '// /e/', '/* /f/ */', 'x.replace(/[/]\\//u, y);'];
  t.same(regexLiterals(text.join('\n')), [
    { source: 'a+', flags: 'g' },
    { source: '[/]\\/', flags: 'u' },
  ]);
});

t.test('a literal that is not linear is found out', async (t) => {
  for (const source of ['\\s+until=(\\S+)$', '^(a+)+$', '\\/+$'])
    t.equal((await check(source, '')).status, 'vulnerable', source);
});
