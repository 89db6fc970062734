import { readFile } from 'node:fs/promises';
import { readSource, type SourceReading } from './documents.ts';
import { Failure } from './exit.ts';
import type { Io } from './io.ts';

/** What stands in all of the files, `-` being standard input. @throws Failure for one that cannot be read */
export async function readSources(io: Pick<Io, 'stdin'>, files: readonly string[]): Promise<SourceReading> {
  const sources: SourceReading[] = [];
  for (const file of files) sources.push(readSource(file === '-' ? 'stdin' : file, await textOf(io, file)));
  return { objects: sources.flatMap(({ objects }) => objects), errors: sources.flatMap(({ errors }) => errors) };
}

async function textOf(io: Pick<Io, 'stdin'>, file: string): Promise<string> {
  if (file === '-') return io.stdin();
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new Failure(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  });
}
