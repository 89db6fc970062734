import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { drawn } from './build.ts';
import { CASES } from './cases.ts';

/** The trees as they are printed. With HEADGATE_UPDATE=1 they are written anew, to be reviewed as a diff. */
const GOLDEN = join(import.meta.dirname, 'golden');
const fileOf = (name: string): string => `${name.replaceAll(/[^a-z0-9]+/gi, '-')}.txt`;

for (const [name, [seen, width]] of Object.entries(CASES)) {
  void t.test(name, async (t) => {
    const lines = drawn(seen, width);
    const text = `${lines.join('\n')}\n`;
    const file = join(GOLDEN, fileOf(name));
    if (process.env['HEADGATE_UPDATE']) writeFileSync(file, text);
    t.equal(text, readFileSync(file, 'utf8'));
    t.notMatch(text, / $/m, 'no line ends in spaces');
    const widest = Math.max(...lines.map((line) => line.length));
    t.ok(widest <= (width ?? widest), `${widest} columns`);
  });
}

void t.test('there is a case for every tree', async (t) => {
  t.strictSame(readdirSync(GOLDEN).toSorted(), Object.keys(CASES).map(fileOf).toSorted());
});
