import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import t from 'tap';
import { page, pages, ROOT } from './pages.ts';

const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g;
const FENCE = /```[^]*?```/g;

/** The anchor that GitHub gives a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const anchors = (path: string): string[] =>
  [
    ...page(path)
      .replaceAll(FENCE, '')
      .matchAll(/^#+ (.+)$/gm),
  ].map(([, heading = '']) => anchorOf(heading));

void t.test('every link leads somewhere', async (t) => {
  for (const path of pages()) {
    const links = [...page(path).replaceAll(FENCE, '').matchAll(LINK)].map(([, target = '']) => target);
    for (const link of links.filter((target) => !/^https?:/.test(target))) {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : normalize(join(dirname(path), file));
      t.ok(existsSync(join(ROOT, target)), `${path}: ${link}`);
      if (anchor !== undefined && target.endsWith('.md')) t.ok(anchors(target).includes(anchor), `${path}: ${link}`);
    }
  }
});

void t.test('every page of docs/ is reached from the README', async (t) => {
  const text = page('README.md');
  const reachable = pages().filter((path) => /^docs\/[^/]+\.md$/.test(path));
  for (const path of reachable) t.ok(text.includes(`(${path})`), path);
  for (const path of pages().filter((path) => /decisions\/\d/.test(path))) {
    t.ok(page('docs/decisions/README.md').includes(path.split('/').at(-1) ?? ''), path);
  }
});

void t.test('every file and script that a page names is there', async (t) => {
  const { scripts } = JSON.parse(page('package.json')) as { scripts: Record<string, string> };
  for (const path of pages()) {
    const text = page(path);
    const files = text.match(/`(?:src|test|manifests|docs|\.ci)\/[\w./-]+`/g) ?? [];
    for (const file of files) t.ok(existsSync(join(ROOT, file.slice(1, -1))), `${path}: ${file}`);
    for (const [, script = ''] of text.matchAll(/\bnpm run ([\w:]+)/g))
      t.ok(script in scripts, `${path}: npm run ${script}`);
  }
});
