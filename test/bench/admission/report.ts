import { machine } from '../support/machine.ts';
import { interval } from '../support/statistics.ts';
import { ms, ratio, table } from '../support/table.ts';
import { type Results, type Round, ratioAt, timeAt } from './results.ts';
import { VARIANTS, type Variant } from './variants.ts';

const QUANTILES = [0.5, 0.95, 0.99];

/** What is compared with what. */
const PAIRS: readonly (readonly [Variant, Variant])[] = [
  ['headgate', 'no-op'],
  ['unannotated', 'none'],
  ['headgate, label', 'none, label'],
];

export function report(results: Results): string {
  const { rounds, clients } = results;
  const count = rounds.reduce((sum, round) => sum + round.none.length, 0);
  return [
    `A change of a Deployment, ${clients} clients, ${count} requests a variant in ${rounds.length} rounds`,
    machine(),
    '',
    times(results),
    '',
    ratios(rounds),
  ].join('\n');
}

function times({ rounds, costs }: Results): string {
  const row = (variant: Variant): string[] => [
    variant,
    ...QUANTILES.map((q) => ms(timeAt(q, variant)(rounds))),
    ms(costs[variant].apiServerMs),
    ms(costs[variant].webhookMs),
    ratio(costs[variant].calls),
  ];
  const head = ['webhook', 'p50', 'p95', 'p99', 'API server CPU', 'webhook CPU', 'calls'];
  return table([head, ...VARIANTS.map(row)]);
}

function ratios(rounds: readonly Round[]): string {
  const cell = (figure: (rounds: readonly Round[]) => number): string => {
    const [low, high] = interval(rounds, figure);
    return `${ratio(figure(rounds))} (${ratio(low)}–${ratio(high)})`;
  };
  const row = ([one, other]: readonly [Variant, Variant]): string[] => [
    `${one} / ${other}`,
    ...QUANTILES.map((q) => cell(ratioAt(q, one, other))),
  ];
  return table([['ratio (90 % interval)', 'p50', 'p95', 'p99'], ...PAIRS.map(row)]);
}
