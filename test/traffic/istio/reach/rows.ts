import t from 'tap';
import { expand, type Given, lines } from './build.ts';

/** By a sentence, a mesh and the lines of all that is found in it, in which `{app}` stands for a full host. */
export type Rows = Readonly<Record<string, [question: Given, ...found: string[]]>>;

export function check(rows: Rows): void {
  for (const [claim, [question, ...found]] of Object.entries(rows)) {
    const expected = found.map((line) => expand(line, question.clusterDomain));
    t.same(lines(question), expected, claim);
  }
}
