import { type Measure, nameOf } from '../admission/measures.ts';
import type { Variant } from '../admission/variants.ts';
import type { Row, Target } from '../table/row.ts';
import { measured, type Part, type Turn } from './part.ts';

const JOB = 'admission';
/** In the quick form the middle one alone. */
const CLIENTS = [1, 8, 32];
const USUAL = 8;

export function admission(quick: boolean): Part {
  const levels = quick ? [USUAL] : CLIENTS;
  return {
    title: 'A change of a Deployment',
    about:
      'Blocks of 64 patches of each kind take turns. The no-op webhook is the least that one can be in Go, registered as Headgate’s is; “without” is an API server that asks nobody.',
    turns: 3,
    jobs: [
      {
        name: JOB,
        program: 'admission.ts',
        args: ['--clients', levels.join(), ...(quick ? ['--rounds', '16', '--warmup', '4'] : [])],
        rig: ['noop-webhook'],
        minutes: quick ? 8 : 30,
      },
    ],
    rows: (turns) => levels.flatMap((clients) => rows(turns, clients)),
  };
}

/** How a measure is told. */
const WORDS: Readonly<Record<Measure, readonly [words: string, unit: string]>> = {
  p50: ['p50', 'ms'],
  p95: ['p95', 'ms'],
  p99: ['p99', 'ms'],
  'API server': ['CPU of the API server per thousand', 's'],
  webhook: ['CPU of the webhooks per thousand', 's'],
  calls: ['calls of the webhook per change', ''],
};

function rows(turns: readonly Turn[], clients: number): Row[] {
  const many = clients === 1 ? 'one client' : `${clients} clients`;
  const row = (what: string, variant: Variant, measure: Measure, target?: Target): Row => {
    const [words, unit] = WORDS[measure];
    const values = measured(turns, JOB, nameOf(variant, clients, measure));
    return { what: `${what}, ${many}: ${words}`, unit, values, ...(target && { target }) };
  };
  const beside = (other: 'none' | 'no-op' | 'none, label', one: Row, measure: Measure): Row => {
    const values = measured(turns, JOB, nameOf(other, clients, measure));
    return { ...one, against: { name: other === 'no-op' ? 'no-op' : 'without', values } };
  };
  const changes = (measure: Measure, target?: Target): Row =>
    beside('no-op', row('annotated, template changes', 'headgate', measure, target), measure);
  const stays = (measure: Measure, target?: Target): Row =>
    beside('none, label', row('annotated, template stays', 'headgate, label', measure, target), measure);
  const free = (measure: Measure, target?: Target): Row =>
    beside('none', row('not annotated', 'unannotated', measure, target), measure);
  return [
    ...[changes('p50'), changes('p95'), changes('p99', clients === USUAL ? { ratio: 1.3 } : undefined)],
    ...[changes('webhook'), changes('API server')],
    ...[stays('p50'), stays('p95'), stays('p99', 'noise')],
    ...[free('p50'), free('p95'), free('p99', 'noise'), free('API server')],
    row('not annotated', 'unannotated', 'calls', { value: 0 }),
  ];
}
