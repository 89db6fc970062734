import t from 'tap';
import { readAnnotations } from '../../../src/rollout/spec/annotations/annotations.ts';
import { problemsOf } from '../../../src/rollout/spec/rules/deployment-problems.ts';
import { explain } from '../../../src/rollout/spec/wording/explain.ts';
import { type Expectation, rightCases, wrongCases } from '../../corpus/corpus.ts';

const isAbout = (line: string, { key, value, says }: Expectation): boolean =>
  line.startsWith(value === undefined ? `- ${key}` : `- ${key} = ${value}: `) && line.includes(says);

for (const { name, deployment, expect } of wrongCases()) {
  void t.test(`refused, and for nothing else: ${name}`, async (t) => {
    const [, ...lines] = explain(problemsOf(deployment)).split('\n');
    for (const expected of expect) {
      const found = lines.some((line) => isAbout(line, expected));
      t.ok(found, `${expected.key} says ${expected.says}`, { lines });
    }
    t.equal(lines.length, expect.length, 'one line for each', { lines });
  });
}

for (const { name, deployment, expect } of rightCases()) {
  void t.test(`taken: ${name}`, async (t) => {
    t.same(problemsOf(deployment), []);
    const reading = readAnnotations(deployment);
    if (reading.optedIn === 'true') t.match(reading.outcome, { ok: true, value: expect ?? {} });
  });
}

void t.test('the corpus is large enough, and its names tell its cases apart', async (t) => {
  const wrong = wrongCases();
  const right = rightCases();
  t.ok(wrong.length >= 100, `${wrong.length} wrong sets`);
  t.ok(right.length >= 25, `${right.length} right sets`);
  const names = new Set([...wrong, ...right].map(({ deployment }) => deployment.metadata.name));
  t.equal(names.size, wrong.length + right.length);
});
