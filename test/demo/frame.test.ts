import t from 'tap';
import { frame, type Picture, wrap } from './frame.ts';
import type { Snapshot } from './model.ts';
import { measureStep, noteWeight, type Span } from './steps.ts';
import { summary } from './summary.ts';

const step = { weight: 10, from: 0, to: 1, requests: 900, canary: 88, failed: 0, canaryFailed: 0, p99: 20 };
const snapshot: Snapshot = {
  at: 0,
  tag: '1.4.1',
  phase: 'Progressing',
  revision: 'b7e674b58c',
  asked: 20,
  routed: 20,
  measured: 19.3,
  success: 100,
  p50: 3,
  p99: 22,
  sent: 1_200,
  failed: 0,
  failedChecks: 0,
  stable: '3 x 1.4.0',
  canary: '1 x 1.4.1',
  wanted: '1.4.1',
  isHeld: true,
  steps: [step],
  events: [
    { at: 0, reason: 'Advanced', message: 'Advance podinfo.demo canary weight 10 '.repeat(4), isWarning: false },
  ],
};
const picture: Picture = {
  startedAt: 0,
  now: 61_000,
  chapters: [{ title: 'A good version is released', state: 'running', ms: 4_000 }],
  spoken: [{ command: 'kubectl set image deployment/podinfo podinfo=podinfo:1.4.1', output: ['Warning: held'] }],
  words: 'The canary has 20 % of the traffic.',
  snapshot,
};
const plain = { unicode: true, colour: false };

void t.test('a screen is never overfilled, whatever its size', async (t) => {
  for (const [columns, rows] of [
    [100, 40],
    [80, 24],
    [40, 12],
    [20, 5],
  ] as const) {
    const lines = frame(picture, { ...plain, columns, rows });
    t.ok(lines.length < rows, `${lines.length} lines in ${rows} rows`);
    t.ok(
      lines.every((line) => line.length <= columns),
      `${columns} columns`,
    );
  }
});

void t.test('a large screen shows what was typed, what is held, the figures and the story', async (t) => {
  const text = frame(picture, { ...plain, columns: 100, rows: 40 }).join('\n');
  for (const part of [
    '1:01',
    '$ kubectl set image',
    'Warning: held',
    'which is held',
    'measured 19.3 %',
    '9.8 %',
    'Advanced',
  ]) {
    t.match(text, part);
  }
});

void t.test('a small one gives what was typed up first', async (t) => {
  const text = frame(picture, { ...plain, columns: 80, rows: 24 }).join('\n');
  t.notMatch(text, '$ kubectl');
  t.match(text, 'measured 19.3 %');
});

void t.test('a terminal without Unicode gets ASCII', async (t) => {
  const text = frame({ ...picture, snapshot }, { unicode: false, colour: false, columns: 60, rows: 20 }).join('\n');
  t.match(text, /^[\x20-\x7e\n]*$/);
});

void t.test('long words are not broken', async (t) => {
  t.same(wrap('one two-and-a-half three', 10), ['one', 'two-and-a-half', 'three']);
});

void t.test('a weight lasts until another is seen, and its requests are counted by who answered', async (t) => {
  const spans: Span[] = [];
  for (const [weight, at] of [
    [0, 0],
    [10, 100],
    [10, 150],
    [0, 200],
  ] as const)
    noteWeight(spans, weight, at);
  t.same(
    spans.map(({ weight, from, to }) => [weight, from, to]),
    [
      [0, 0, 100],
      [10, 100, 200],
      [0, 200, 200],
    ],
  );
  const sample = { ms: 5, status: 200, revision: '1.4.0' };
  const samples = [
    { ...sample, at: 90 },
    { ...sample, at: 100 },
    { ...sample, at: 150, revision: '1.4.1' },
    { ...sample, at: 160, status: 500, revision: undefined },
    { ...sample, at: 170, status: 0, revision: undefined },
  ];
  t.match(measureStep({ weight: 10, from: 100, to: 200 }, samples, '1.4.1'), {
    requests: 4,
    canary: 2,
    failed: 2,
    canaryFailed: 1,
  });
});

void t.test('the summary says what was not as expected', async (t) => {
  const outcome = { tag: '1.4.1', expected: 'Succeeded', snapshot: { ...snapshot, phase: 'Failed' }, ms: 9_000 };
  const lines = summary([{ ...outcome, problems: ['the phase is Failed'] }], { sent: 1_200, failed: 0 });
  t.match(lines.join('\n'), /EXPECTED Succeeded[^]*not as expected: the phase is Failed[^]*1200 requests/);
});
