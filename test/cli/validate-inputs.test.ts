import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { headgate } from './build.ts';

/**
 * Small files as people give them to `validate`, each of one kind of fault, or of what only looks like one. The first comments
 * of each say what is right: `exit` and how many `lines`, what the answer `says`, and what it `never` says.
 */
const FOLDER = join(import.meta.dirname, 'inputs', 'validate');

interface Expected {
  sentence: string;
  exit: number;
  lines?: number;
  says: string[];
  never: string[];
}

function expectedIn(text: string): Expected {
  const [sentence = '', head = '', ...rest] = text.split('\n').map((line) => line.replace(/^# /, ''));
  const [, exit, lines] = /^exit (\d)(?:, lines (\d+))?$/.exec(head) ?? [];
  if (exit === undefined) throw new Error(`no exit code is said: ${sentence}`);
  const marked = (mark: string) => rest.filter((line) => line.startsWith(mark)).map((line) => line.slice(mark.length));
  return {
    sentence,
    exit: Number(exit),
    ...(lines !== undefined && { lines: Number(lines) }),
    says: marked('says: '),
    never: marked('never: '),
  };
}

const files = readdirSync(FOLDER).toSorted();

void t.test('there are files', async (t) => {
  t.ok(files.length >= 40, `${files.length}`);
});

for (const file of files) {
  const { sentence, exit, lines, says, never } = expectedIn(readFileSync(join(FOLDER, file), 'utf8'));
  void t.test(`${file}: ${sentence}`, async (t) => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => void warnings.push(warning);
    process.on('warning', onWarning);
    const { code, stdout, stderr } = await headgate(['validate', '-f', join(FOLDER, file)]);
    await new Promise(setImmediate);
    process.off('warning', onWarning);
    t.equal(code, exit, stdout);
    for (const words of says) t.ok(stdout.includes(words), `says ${words}: ${stdout}`);
    for (const words of never) t.notOk(stdout.includes(words), `never says ${words}: ${stdout}`);
    if (lines !== undefined) t.equal(stdout.trimEnd().split('\n').length, lines, stdout);
    t.same([stderr, warnings], ['', []], 'nothing else comes to the terminal');
  });
}
