import t from 'tap';
import { canaryNames, turnedText } from '../../../../src/rollout/workload/autoscaler/canary-names.ts';

const NAMES = canaryNames(['podinfo', 'shop.web', '']);

const table: Record<string, [string, string]> = {
  'the name alone': ['podinfo', 'podinfo-canary'],
  'a domain of it': ['http://podinfo.prod:9898/x', 'http://podinfo-canary.prod:9898/x'],
  'a label in a query': [
    'sum(rate(http_requests_total{deployment="podinfo",ns="prod"}[1m]))',
    'sum(rate(http_requests_total{deployment="podinfo-canary",ns="prod"}[1m]))',
  ],
  'the beginning of names of pods': ['x{pod=~"podinfo-.*"}', 'x{pod=~"podinfo-canary-.*"}'],
  'and of their hashes': ['x{pod=~"podinfo-[0-9a-f]+-.+"}', 'x{pod=~"podinfo-canary-[0-9a-f]+-.+"}'],
  'every time': ['podinfo, podinfo', 'podinfo-canary, podinfo-canary'],
  'not a longer name': [
    'podinfo-cache my-podinfo podinfo2 podinfo_total a.podinfo',
    'podinfo-cache my-podinfo podinfo2 podinfo_total a.podinfo',
  ],
  'not the canary': ['podinfo-canary', 'podinfo-canary'],
  'a name with a dot is no pattern': ['shop.web shopxweb', 'shop.web-canary shopxweb'],
  nothing: ['', ''],
};

for (const [claim, [text, wanted]] of Object.entries(table))
  t.test(`the canary in a text: ${claim}`, async (t) =>
    t.same(turnedText(text, NAMES), { value: wanted, isTurned: wanted !== text }),
  );
