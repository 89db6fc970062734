import { EXIT, type ExitCode } from '../exit.ts';
import { type Form, type OutputFormat, objectsText, patchesText, unpatched } from '../import/output.ts';
import { reportOf } from '../import/report.ts';
import { hasLosses, translate } from '../import/translation.ts';
import type { Io } from '../io.ts';
import { readSources } from '../source-files.ts';

export interface ImportOptions {
  /** Paths; `-` for standard input. */
  filename: string[];
  output: OutputFormat;
  as: Form;
}

/** `headgate import -f FILE`: Flagger's objects as Headgate's on standard output, what became of each field on standard error. */
export async function importFlaggers(io: Io, { filename, output, as }: ImportOptions): Promise<ExitCode> {
  const { objects, errors } = await readSources(io, filename);
  const translation = translate(objects);
  const isApplied = as === 'canary';
  io.stdout.write((isApplied ? objectsText : patchesText)(translation.objects, output));
  const report = reportOf(isApplied ? translation : { ...translation, objects: translation.objects.map(unpatched) });
  io.stderr.write(`${[...errors, ...report].join('\n')}\n`);
  return errors.length > 0 || hasLosses(translation) ? EXIT.failed : EXIT.ok;
}
