import t from 'tap';
import { explain } from '../../../src/rollout/spec/wording/explain.ts';

void t.test('each problem has its line, those of one annotation beside one another', async (t) => {
  const text = explain([
    { key: 'headgate.dev/metrics[10].name', value: 'b', message: 'is second' },
    { key: 'headgate.dev/port', message: 'is missing' },
    { key: 'headgate.dev/metrics[2].name', value: 'a', message: 'is first' },
  ]);
  t.equal(
    text,
    [
      '3 problems keep Headgate from releasing this Deployment:',
      '- headgate.dev/metrics[2].name = "a": is first',
      '- headgate.dev/metrics[10].name = "b": is second',
      '- headgate.dev/port: is missing',
    ].join('\n'),
  );
});

const values: Record<string, [value: unknown, shown: string]> = {
  'a text is quoted': ['', '""'],
  'a line break stays on the line': ['a\nb', '"a\\nb"'],
  'a number is bare': [0.5, '0.5'],
  'not a number': [Number.NaN, '.nan'],
  'a number without end': [-Infinity, '-.inf'],
  'numbers in a map are no null': [{ min: Infinity, max: [Number.NaN] }, '{"min":.inf,"max":[.nan]}'],
  'a user and a password are masked, whatever they are made of': [
    ['http://me:p@s/w#r?d@host/path', 'https://host/@scope'],
    '["http://***@host/path","https://***@scope"]',
  ],
  'however long they are': [`http://me:${'p'.repeat(100_000)}@host/path`, '"http://***@host/path"'],
  'so are they without a scheme': ['me:pass/word@host', '"***@host"'],
  'an image is no URL': ['registry:5000/podinfo@sha256:01ab', '"registry:5000/podinfo@sha256:01ab"'],
  'a map is JSON': [{ min: 1 }, '{"min":1}'],
  'null is a value': [null, 'null'],
  'a long text is cut and closed': ['x'.repeat(100), `"${'x'.repeat(57)}…"`],
};

for (const [sentence, [value, shown]] of Object.entries(values)) {
  void t.test(sentence, async (t) => {
    t.equal(
      explain([{ key: 'a', value, message: 'is wrong' }]),
      `1 problem keeps Headgate from releasing this Deployment:\n- a = ${shown}: is wrong`,
    );
  });
}

void t.test('a flood of problems is cut', async (t) => {
  const lines = explain(Array.from({ length: 100 }, () => ({ key: 'a', message: 'is wrong' }))).split('\n');
  t.equal(lines.length, 42);
  t.equal(lines.at(-1), '- and 60 more');
});
