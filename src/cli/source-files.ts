import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readSource, type SourceReading } from './documents.ts';
import { Failure } from './exit.ts';
import type { Io } from './io.ts';
import { sourceText } from './source-text.ts';

/** What stands in all of the files, `-` being standard input. @throws Failure for one that cannot be read */
export async function readSources(io: Pick<Io, 'stdin'>, paths: readonly string[]): Promise<SourceReading> {
  const sources = await readEach(io, paths);
  return { objects: sources.flatMap(({ objects }) => objects), errors: sources.flatMap(({ errors }) => errors) };
}

/** What stands in one file. */
export interface FileReading extends SourceReading {
  file: string;
}

/** The same, file by file; a directory stands for the files below it. @throws Failure for one that cannot be read */
export async function readEach(io: Pick<Io, 'stdin'>, paths: readonly string[]): Promise<FileReading[]> {
  const readings: FileReading[] = [];
  const seen = new Set<string>();
  for (const path of paths) {
    const files = path === '-' ? ['-'] : await filesAt(path);
    if (files.length === 0) readings.push({ file: path, objects: [], errors: [`${path}: ${EMPTY}`] });
    for (const file of files.filter((file) => !seen.has(resolve(file)))) {
      seen.add(resolve(file));
      readings.push(await readingOf(io, file, file === path));
    }
  }
  return readings;
}

async function readingOf(io: Pick<Io, 'stdin'>, file: string, isNamed: boolean): Promise<FileReading> {
  const name = file === '-' ? 'stdin' : file;
  const bytes = file === '-' ? await io.stdin() : await readable(file, readFile(file));
  return { file: name, ...readSource(name, sourceText(bytes), isNamed) };
}

const MANIFEST = /\.(ya?ml|json)$/;
const EMPTY = 'is a directory without any file that ends with .yaml, .yml or .json';

/** Of a directory, those that kubectl would apply with -R; not what is hidden, and not what packages bring. */
async function filesAt(path: string): Promise<string[]> {
  if (!(await readable(path, stat(path))).isDirectory()) return [path];
  const entries = await readable(path, readdir(path, { withFileTypes: true }));
  const found = entries.toSorted((a, b) => (a.name < b.name ? -1 : 1)).filter(({ name }) => !isLeftOut(name));
  const files = found.map(async (entry) => {
    const below = join(path, entry.name);
    if (entry.isDirectory()) return filesAt(below);
    return MANIFEST.test(entry.name) ? [below] : [];
  });
  return (await Promise.all(files)).flat();
}

const isLeftOut = (name: string): boolean => name.startsWith('.') || name === 'node_modules';

async function readable<T>(path: string, reading: Promise<T>): Promise<T> {
  return reading.catch((error: unknown) => {
    throw new Failure(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  });
}
