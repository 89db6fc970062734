import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { headgate, type Told } from '../build.ts';

const FOLDER = join(import.meta.dirname, 'inputs');

/** What the first comment of an input may claim of what the program does with it. */
const CLAIMS: Record<string, (t: Test, told: Told, wanted: string) => void> = {
  writes: (t, { stdout }, wanted) => t.ok(stdout.includes(wanted), `writes ${wanted}\n${stdout}`),
  'writes not': (t, { stdout }, wanted) => t.notOk(stdout.includes(wanted), `does not write ${wanted}\n${stdout}`),
  says: (t, { stderr }, wanted) => t.ok(stderr.includes(wanted), `says ${wanted}\n${stderr}`),
  'says not': (t, { stderr }, wanted) => t.notOk(stderr.includes(wanted), `does not say ${wanted}\n${stderr}`),
  exit: (t, { code }, wanted) => t.equal(`${code}`, wanted, 'exit code'),
};

/** The first line of the comment says the kind of the input; each other makes a claim. */
function commentOf(text: string): { kind: string; claims: [claim: string, wanted: string][] } {
  const lines = text.split('\n');
  const comment = lines
    .slice(
      0,
      lines.findIndex((line) => !line.startsWith('# ')),
    )
    .map((line) => line.slice(2));
  const [kind = '', ...rest] = comment;
  return {
    kind,
    claims: rest.map((line): [string, string] => [line.split(': ', 1)[0] ?? '', line.slice(line.indexOf(': ') + 2)]),
  };
}

for (const file of globSync('*.yaml', { cwd: FOLDER }).toSorted()) {
  const path = join(FOLDER, file);
  const { kind, claims } = commentOf(readFileSync(path, 'utf8'));
  void t.test(`${file}: ${kind}`, async (t) => {
    const told = await headgate(['import', '-f', path]);
    t.ok(claims.length > 1, 'the input makes claims');
    for (const [claim, wanted] of claims) {
      const holds = CLAIMS[claim];
      if (holds === undefined) t.fail(`"${claim}" is no claim`);
      else holds(t, told, wanted);
    }
    const lines = told.stderr.trimEnd().split('\n');
    t.same(
      lines.filter((line, index) => lines.indexOf(line) < index),
      [],
      'no line twice',
    );
  });
}
