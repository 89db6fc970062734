import { writeFileSync } from 'node:fs';
import type { Measures } from '../parts/part.ts';

/** Gives what a job has measured to the benchmark that started it, if one did. */
export function deliver(file: string | undefined, measures: Measures): void {
  if (file !== undefined) writeFileSync(file, JSON.stringify(measures));
}
