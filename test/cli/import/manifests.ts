import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSource, type SourceObject } from '../../../src/cli/documents.ts';

const FOLDER = join(import.meta.dirname, 'manifests');

export interface Manifest {
  /** Without its ending. */
  name: string;
  objects: SourceObject[];
  /** Where what it gives is kept, by ending. */
  beside: (ending: string) => string;
}

const endingOf = (file: string): string => file.slice(file.indexOf('.'));

/** The manifests of Flagger's in the folder; what they give stands beside them. */
export const manifests: readonly Manifest[] = globSync('*.yaml', { cwd: FOLDER })
  .filter((file) => endingOf(file) === '.yaml')
  .toSorted()
  .map((file) => {
    const name = file.slice(0, -'.yaml'.length);
    const { objects, errors } = readSource(file, readFileSync(join(FOLDER, file), 'utf8'));
    if (errors.length > 0) throw new Error(errors.join('\n'));
    return { name, objects, beside: (ending) => join(FOLDER, name + ending) };
  });

export const objectsOf = (kind: string): SourceObject[] =>
  manifests.flatMap(({ objects }) => objects.filter(({ value }) => value['kind'] === kind));
