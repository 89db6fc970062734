import { checkSync } from 'recheck';
import t from 'tap';
import { regexLiterals } from './regexes.ts';
import { files, textOf, withoutComments } from './sources.ts';

/**
 * No regular expression of the source takes time that grows faster than the text, whatever the text. `recheck` judges each by
 * its automaton, or, where it looks ahead or behind, by a search for the worst text.
 */
process.env['RECHECK_SYNC_BACKEND'] = 'pure';
/** More than any of them takes on a busy machine; one that cannot be judged by then fails. */
const LIMIT_MS = 60_000;

/** On a machine that is busy with others. */
t.setTimeout(180_000);

t.test('every literal takes linear time', async (t) => {
  const literals = files.flatMap((file) => regexLiterals(textOf(file)).map((literal) => ({ file, ...literal })));
  t.ok(literals.length > 100, 'they are found');
  for (const { file, source, flags } of literals) {
    const found = checkSync(source, flags, { timeout: LIMIT_MS });
    t.equal(found.status, 'safe', `${file}: /${source}/${flags}`);
  }
});

/** Made while the program runs, where no test sees what it becomes. */
const MADE: Readonly<Record<string, string>> = {
  'src/rollout/spec/schema/regex.ts': 'tries whether a text compiles, and never runs it',
  'src/cli/import/workload-names.ts':
    "runs a person's own query on that person's own machine, and a name whose characters are escaped",
};

t.test('none is made of text, where it would not be seen here', async (t) => {
  const makers = files.filter((file) => /\bRegExp\(/.test(withoutComments(textOf(file))));
  t.same(
    makers.filter((file) => MADE[file] === undefined),
    [],
  );
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
    t.equal(checkSync(source, '').status, 'vulnerable', source);
});
