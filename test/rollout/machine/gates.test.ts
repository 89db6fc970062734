import { at, spec } from '../../build.ts';
import { after, expect, live, progressing, serving } from './decided.ts';

const gated = spec(({ analysis }) => {
  analysis.weights = [20];
  analysis.webhooks = [
    {
      ...{ name: 'qa', type: 'confirm-promotion', url: 'http://hooks.test', timeoutMs: 1_000, retries: 0 },
      ...{ metadata: {}, muteAlert: false },
    },
  ];
});
const checks = [{ metric: 'm', verdict: 'fail' as const, message: 'm 1 < 2' }];

/** Ten seconds after the start, at a gate that has given no answer since the fifth. */
const unanswered = (checkAt: string) =>
  after(
    progressing({ ...serving, checkAt, awaiting: { gate: 'confirm-promotion', since: at(5) } }),
    { ...live, checks },
    gated,
  );

expect({
  'before the next round of checks its first answer is waited for': [
    unanswered(at(11)),
    { phase: 'Progressing', facts: [], release: { failedChecks: 0 } },
  ],
  'one that does not answer stops no check': [
    unanswered(at(10)),
    { phase: 'Progressing', facts: ['CheckFailed'], release: { failedChecks: 1 } },
  ],
});
