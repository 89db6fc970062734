import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Import {
  /** A path below the root, or the name of a package. */
  target: string;
  isType: boolean;
}

const STATIC = /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\bfrom\s+)?'([^']+)';?$/gm;
const DYNAMIC = /\bimport\('([^']+)'\)/g;
/** What a file declares for others; what it only hands on (`export … from`) is declared elsewhere. */
const EXPORT = /^export (?:async )?(?:abstract )?(?:function\*?|const|let|class|interface|type|enum) (\w+)/gm;

/** Every file of the product, by its path below the root. */
export const files = globSync('src/**/*.ts', { cwd: ROOT }).toSorted();
export const sources = new Map(files.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]));
export const textOf = (file: string): string => sources.get(file) ?? '';

export function importsOf(file: string, text = textOf(file)): Import[] {
  const found = [
    ...[...text.matchAll(STATIC)].map(([, type, from = '']) => ({ from, isType: type !== undefined })),
    ...[...text.matchAll(DYNAMIC)].map(([, from = '']) => ({ from, isType: false })),
  ];
  return found.map(({ from, isType }) => ({ target: resolve(file, from), isType }));
}

const resolve = (file: string, from: string): string =>
  from.startsWith('.') ? normalize(join(dirname(file), from)) : from;

export const exportsOf = (text: string): string[] => [...text.matchAll(EXPORT)].map(([, name = '']) => name);

/** By each entry that more than one of the lists has: how many do. */
export function repeated(lists: Iterable<readonly string[]>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const list of lists) for (const entry of list) counts.set(entry, (counts.get(entry) ?? 0) + 1);
  return new Map([...counts].filter(([, count]) => count > 1));
}

/** The files that lie on a cycle, or between two: none if what each needs can be loaded before it. */
export function onCycles(needs: ReadonlyMap<string, readonly string[]>): string[] {
  const left = new Map(needs);
  for (;;) {
    const needed = new Set([...left.values()].flat());
    const free = [...left].filter(([file, others]) => !needed.has(file) || !others.some((other) => left.has(other)));
    if (free.length === 0) return [...left.keys()];
    for (const [file] of free) left.delete(file);
  }
}

export const withoutComments = (text: string): string => text.replaceAll(/\/\*[^]*?\*\/|(?<!:)\/\/.*/g, '');
