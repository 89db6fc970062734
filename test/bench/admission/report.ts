import { machine } from '../support/machine.ts';
import { interval, quantile } from '../support/statistics.ts';
import { ms, ratio, table } from '../support/table.ts';
import { VARIANTS, type Variant } from './variants.ts';

/** One block of requests of each variant: their times in milliseconds. */
export type Round = Readonly<Record<Variant, readonly number[]>>;

export interface Cost {
  /** Milliseconds of CPU of all webhook processes per call. */
  cpuMs: number;
  /** Calls of the webhook per request: more than one where the API server tried again. */
  calls: number;
}

export interface Results {
  rounds: readonly Round[];
  clients: number;
  costs: Readonly<Record<'no-op' | 'headgate', Cost>>;
  /** Milliseconds of CPU of the API server per request. */
  apiServerMs: Readonly<Record<Variant, number>>;
}

const QUANTILES = [0.5, 0.95, 0.99];
const BUDGET = 1.3;

const timesOf = (rounds: readonly Round[], variant: Variant): number[] => rounds.flatMap((round) => round[variant]);

const at = (q: number, variant: Variant) => (rounds: readonly Round[]) => quantile(timesOf(rounds, variant), q);

/** The whole time with Headgate over that with the no-op webhook. */
const whole = (q: number) => (rounds: readonly Round[]) => at(q, 'headgate')(rounds) / at(q, 'no-op')(rounds);

/** What Headgate adds to a change without any webhook, over what the no-op webhook adds. */
const added = (q: number) => (rounds: readonly Round[]) => {
  const bare = at(q, 'none')(rounds);
  return (at(q, 'headgate')(rounds) - bare) / (at(q, 'no-op')(rounds) - bare);
};

export function report(results: Results): string {
  const { rounds, clients, costs } = results;
  const count = timesOf(rounds, 'none').length;
  return [
    `A change of the pod template of an enrolled Deployment, ${clients} clients, ${count} requests a variant in ${rounds.length} rounds`,
    machine(),
    '',
    times(results),
    '',
    ratios(rounds),
    '',
    `  CPU per call: no-op ${ms(costs['no-op'].cpuMs)}, headgate ${ms(costs.headgate.cpuMs)}; calls per request: ${ratio(costs['no-op'].calls)}, ${ratio(costs.headgate.calls)}`,
  ].join('\n');
}

function times({ rounds, apiServerMs }: Results): string {
  const row = (variant: Variant): string[] => [
    variant,
    ...QUANTILES.map((q) => ms(at(q, variant)(rounds))),
    ms(apiServerMs[variant]),
  ];
  return table([['webhook', 'p50', 'p95', 'p99', 'API server CPU'], ...VARIANTS.map(row)]);
}

function ratios(rounds: readonly Round[]): string {
  const cell = (figure: (rounds: readonly Round[]) => number): string => {
    const [low, high] = interval(rounds, figure);
    return `${ratio(figure(rounds))} (${ratio(low)}–${ratio(high)})`;
  };
  return table([
    ['ratio (90 % interval)', 'p50', 'p95', 'p99', 'budget at p99'],
    ['with headgate / with no-op', ...QUANTILES.map((q) => cell(whole(q))), `≤ ${BUDGET}`],
    ['added by headgate / by no-op', ...QUANTILES.map((q) => cell(added(q))), `≤ ${BUDGET}`],
  ]);
}
