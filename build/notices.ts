import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  name: string;
  version: string;
  license?: string;
}

/** The files of a package that go wherever its code goes. */
const TERMS = /^(licen[cs]e|copying|notice|copyright)/i;

/** The last one in a path: a package may have packages of its own. */
const PACKAGE = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;

/** The terms of every package that these files of a bundle are from. */
export function noticesOf(files: readonly string[], root: string): string {
  const dirs = new Set(files.flatMap((file) => PACKAGE.exec(file) ?? []));
  const notices = [...dirs].map((dir) => noticeOf(join(root, dir)));
  return [...new Set(notices)].toSorted().join(`\n${'-'.repeat(80)}\n\n`);
}

function noticeOf(dir: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as Manifest;
  const terms = readdirSync(dir)
    .filter((file) => TERMS.test(file))
    .toSorted()
    .map((file) => readFileSync(join(dir, file), 'utf8').trim());
  return `${[`${name} ${version} (${license ?? 'see below'})`, ...terms].join('\n\n')}\n`;
}
