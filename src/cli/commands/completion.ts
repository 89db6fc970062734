import { SCRIPTS } from '../completion/scripts.ts';
import type { Shell } from '../completion/shells.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';

/** `headgate completion SHELL` */
export async function completion(io: Io, shell: Shell): Promise<ExitCode> {
  io.stdout.write(SCRIPTS[shell]);
  return EXIT.ok;
}
