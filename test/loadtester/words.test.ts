import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { splitWords } from '../../src/loadtester/words.ts';

const right: Record<string, [text: string, words: string[]]> = {
  'the load test of the announcement': [
    'hey -z 1m -q 10 -c 2 http://podinfo.test:9898/',
    ['hey', '-z', '1m', '-q', '10', '-c', '2', 'http://podinfo.test:9898/'],
  ],
  'blanks around and between words do not count': [' a \t b\n\n', ['a', 'b']],
  'nothing has no words': [' \n\t', []],
  'single quotes keep everything': [`'a "b" \\ $c |' d`, ['a "b" \\ $c |', 'd']],
  'double quotes keep blanks and what connects commands': ['"a b|c;d>e" f', ['a b|c;d>e', 'f']],
  'in double quotes a backslash takes the meaning of four characters': ['"\\$a \\"b\\" \\\\ \\`"', ['$a "b" \\ `']],
  'in double quotes any other backslash stays': [String.raw`"a\nb\'c"`, [String.raw`a\nb\'c`]],
  'a backslash outside of quotes takes any meaning': [String.raw`a\ b \| \' \$x \\`, ['a b', '|', "'", '$x', '\\']],
  'parts without a blank between are one word': [`a'b c'"d e"f\\ g`, ['ab cd ef g']],
  'empty quotes are a word, and none beside another': [`'' "" a''`, ['', '', 'a']],
  'a line that ends in a backslash goes on': ['hey \\\n  -z 1m \\\n  http://a/', ['hey', '-z', '1m', 'http://a/']],
  'so does a word, and one in double quotes': ['ab\\\ncd "e\\\nf"', ['abcd', 'ef']],
  'a line end in quotes is part of the word': [`'a\nb' "c\nd"`, ['a\nb', 'c\nd']],
  'patterns stand for themselves': ['curl http://a/?b=[1-2]x* {c,d}', ['curl', 'http://a/?b=[1-2]x*', '{c,d}']],
  'what only begins something at the beginning of a word': ['a#b c~d e=f !', ['a#b', 'c~d', 'e=f', '!']],
  'quotes take the meaning of those too': [`'#a' "~b" \\#c ''#d`, ['#a', '~b', '#c', '#d']],
  'other languages': ['grüße "日本 語" \\😀', ['grüße', '日本 語', '😀']],
};

for (const [sentence, [text, words]] of Object.entries(right)) {
  void t.test(sentence, async (t) => {
    t.same(splitWords(text), { words });
  });
}

const wrong: Record<string, [text: string, problem: RegExp]> = {
  'a pipe': ['curl a | grep b', /character 8, "\|", would be a pipe in a shell/],
  'a second command': ['hey a; rm b', /character 6, ";", would be the end of a command/],
  'a command that depends on another': ['hey a && hey b', /character 7, "&"/],
  'a URL whose & is not quoted': ['curl http://a/?b=1&c=2', /character 19, "&".+in single quotes it stands for itself/],
  'a redirection': ['hey a > /dev/null', /character 7, ">", would be a redirection/],
  'input from a file': ['hey a < b', /"<", would be a redirection/],
  'a group': ['(hey a)', /character 1, "\(", would be a group/],
  'a variable': ['hey $URL', /character 5, "\$", would be a variable/],
  'a variable in double quotes': ['hey "a $URL"', /character 8, "\$", would be a variable/],
  'a substitution': ['hey `a`', /"`", would be a substitution/],
  'a substitution in double quotes': ['hey "`a`"', /character 6, "`", would be a substitution/],
  'a comment': ['hey a # b', /character 7, "#", would be a comment/],
  'a home directory': ['hey ~/a', /"~", would be a home directory/],
  'a second line': ['hey a\nhey b', /character 6, "\\n", would be the end of a command/],
  'a quote without an end': ["hey 'a", /the quote at character 5 is not closed/],
  'a double quote without an end': ['hey "a\\"', /the quote at character 5 is not closed/],
  'a backslash at the end': ['hey a\\', /ends with a backslash/],
  'a zero byte': ['hey a\0b', /character 6 is a zero byte/],
};

for (const [sentence, [text, problem]] of Object.entries(wrong)) {
  void t.test(`${sentence} is refused with what is wrong`, async (t) => {
    t.match(splitWords(text), { problem });
  });
}

const QUOTES: ((word: string) => string)[] = [
  (word) => `'${word.replaceAll("'", `'\\''`)}'`,
  (word) => `"${word.replaceAll(/[$`"\\]/g, '\\$&')}"`,
  (word) => (word === '' ? '""' : word.replaceAll(/[^\n]/g, '\\$&').replaceAll('\n', "'\n'")),
];
const aWord = fc.string({ unit: 'binary', maxLength: 12 }).filter((word) => !word.includes('\0'));

void t.test('words come back from any way to quote them', async () => {
  const quoted = fc.tuple(aWord, fc.constantFrom(...QUOTES));
  fc.assert(
    fc.property(fc.array(quoted), fc.constantFrom(' ', '\t', '  ', ' \\\n '), (pairs, gap) => {
      const text = pairs.map(([word, quote]) => quote(word)).join(gap);
      const split = splitWords(text);
      return 'words' in split && JSON.stringify(split.words) === JSON.stringify(pairs.map(([word]) => word));
    }),
  );
});

/** What a shell makes of it, with patterns switched off, where it takes it at all. */
function shellWords(text: string, cwd: string): string[] {
  const { stdout } = spawnSync('sh', ['-fc', `printf '%s\\0' ${text}`], { cwd, encoding: 'utf8' });
  return stdout.split('\0').slice(0, -1);
}

void t.test('what is accepted, a shell splits in the same way', async (t) => {
  const cwd = mkdtempSync(join(tmpdir(), 'headgate-words-'));
  t.teardown(() => rmSync(cwd, { recursive: true }));
  const unit = fc.constantFrom(...`ab  '"'"\\\\\n\t$|#~=*?{}é`.split(''));
  const accepted = fc.string({ unit, minLength: 1, maxLength: 14 }).filter((text) => {
    const split = splitWords(text);
    return 'words' in split && split.words.length > 0 && !/^[\n\t ]*\n/.test(text);
  });
  fc.assert(
    fc.property(accepted, (text) => {
      const split = splitWords(text);
      const ours = 'words' in split ? split.words : [];
      return JSON.stringify(ours) === JSON.stringify(shellWords(text, cwd));
    }),
    { numRuns: 150 },
  );
});
