import { EXIT } from '../exit.ts';
import type { Io } from '../io.ts';

/** `headgate version` */
export async function version(io: Io): Promise<number> {
  io.stdout.write(`headgate ${io.version}\n`);
  return EXIT.ok;
}
