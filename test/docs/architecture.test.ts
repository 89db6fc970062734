import { existsSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { PHASES } from '../../src/rollout/machine/state.ts';
import { page, pages, ROOT, rows, section } from './pages.ts';

const PAGE = 'docs/architecture.md';
const text = page(PAGE);
const readmes = pages().filter((path) => path.startsWith('src/'));

const CODE = /`([^`\n]+)`/g;
const FENCE = /^```[^]*?^```$/gm;
/** A word of code that says where something is. */
const PATH = /^(?:src|test|docs|manifests|\.\.)\/[\w./<>-]+$|^[\w./<>-]+(?:\.(?:ts|md|ya?ml|json)|\/)$/;

const pathsIn = (page: string): string[] =>
  [...page.replaceAll(FENCE, '').matchAll(CODE)]
    .flatMap(([, code = '']) => code.split(' '))
    .filter((word) => PATH.test(word));

/** Of a path with a name that the reader chooses (`phases/<phase>.ts`), the folder in which it will be. */
const known = (path: string): string => path.replace(/[^/]*<.*$/, '');

const missing = (page: string, from: readonly string[]): string[] =>
  pathsIn(page).filter((path) => !from.some((folder) => existsSync(join(ROOT, folder, known(path)))));

void t.test('every path on the page is there, from the root or from src/', async (t) => {
  t.ok(pathsIn(text).length > 100, 'the check itself sees them');
  t.same(missing(text, ['', 'src']), []);
  t.same(missing('see `rollout/nowhere.ts`, `node test/x/run.ts` and `gone/<name>/a.ts`', ['', 'src']).length, 3);
});

void t.test('every path in a README of the source is there, from its folder or from the root', async (t) => {
  t.ok(readmes.length > 20, 'the check itself sees them');
  for (const path of readmes) t.same(missing(page(path), [dirname(path), '']), [], path);
});

/** The folders of the drawing, below src/: those of a line, and those that stand behind it, with or without braces. */
function drawn(): { lines: string[]; within: string[] } {
  const [drawing = ''] = section(text, '## Rooms and rings').match(FENCE) ?? [];
  const found = drawing.split('\n').map((line) => /^(?:\S.{8}|\s{9})([\w/-]+\/)(?:.* \+ (\S+)\/$)?/.exec(line));
  const lines = found.flatMap((match) => match?.[1] ?? []);
  const within = found.flatMap((match) => {
    const [, folder = '', inner = ''] = match ?? [];
    return inner === ''
      ? []
      : inner
          .replace(/^\{(.*)\}$/, '$1')
          .split(',')
          .map((name) => `${folder}${name}/`);
  });
  return { lines, within };
}

void t.test('every folder of the source is drawn, and what is drawn is a folder', async (t) => {
  const { lines, within } = drawn();
  const folders = new Set(globSync('src/*/**/*.ts', { cwd: ROOT }).map((file) => `${dirname(file).slice(4)}/`));
  t.same([...lines, ...within].toSorted(), [...folders, 'rollout/'].filter(isOnce).toSorted());
});

const isOnce = (entry: string, index: number, all: readonly string[]): boolean => all.indexOf(entry) === index;

void t.test('a folder with a line of its own has a README, and no other has', async (t) => {
  t.same(
    drawn()
      .lines.map((folder) => `src/${folder}README.md`)
      .toSorted(),
    readmes,
  );
});

void t.test('every word stands in the file in which it is defined', async (t) => {
  const words = rows(section(text, '## Words'));
  t.ok(words.length > 20, 'the check itself sees them');
  for (const [word = '', , where = ''] of words) {
    const [name = '', path = ''] = [...where.matchAll(CODE)].map(([, code = '']) => code);
    const declared = new RegExp(`\\b(?:const|function|class|interface|type) ${name}\\b|^ {2}${name}\\??:`, 'm');
    t.match(page(`src/${path}`), declared, `${word}: ${name}`);
  }
});

void t.test('the states that are drawn are the phases', async (t) => {
  const states = section(text, '## The states of a release').matchAll(/^ {4}(?:\[\*\]|\w+) --> (\w+):/gm);
  t.same(new Set([...states].map(([, state]) => state)), new Set(PHASES));
});
