import type { CheckResult } from '../rollout/machine/observation.ts';
import type { Metric } from '../rollout/spec/spec-types.ts';
import type { MISROUTING_QUERIES } from './misrouting.ts';
import type { QueryTarget } from './queries.ts';
import { checkResultOf, type QueryResult } from './verdict.ts';

/** So many requests should have come before it means something that none did. */
const ENOUGH = 3;
/** Requests that belong to no Service may be other apps': this part of what should have come has to be among them. */
const PART = 0.1;

/** What was answered to the query of the success rate, and to those beside it. */
export type ClientAnswers = Readonly<Record<'rate' | keyof typeof MISROUTING_QUERIES, QueryResult>>;

interface Asked {
  metric: Metric;
  target: QueryTarget;
  /** The canary's, in percent. */
  weight: number;
}

/** Requests; a count without end is none. */
const numberOf = (answer: QueryResult): number =>
  answer.kind === 'value' && Number.isFinite(answer.value) ? answer.value : 0;

/** How many requests were to come to the canary in the window, by those to the stable Service. */
const expectedOf = (stable: number, weight: number): number =>
  weight < 100 ? (stable * weight) / (100 - weight) : stable;

/**
 * The check of what the canary's clients got. It fails at once where requests are lost on the way to it. Where there is no
 * success rate, the stable Service's traffic tells why.
 */
export function clientsCheck(asked: Asked, answers: ClientAnswers): CheckResult {
  const { metric, weight } = asked;
  const { rate, stable, mesh, gateway } = answers;
  const check = checkResultOf(metric, rate);
  if (check.verdict === 'fail' || check.verdict === 'error') return check;
  const unanswered = [stable, mesh, gateway].find(({ kind }) => kind === 'error');
  if (unanswered !== undefined) return checkResultOf(metric, unanswered);
  const expected = expectedOf(numberOf(stable), weight);
  const lost = lostOf(asked, {
    expected,
    mesh: numberOf(mesh),
    gateway: numberOf(gateway),
    none: rate.kind === 'none',
  });
  if (lost > 0) return { metric: metric.name, ...metric.bounds, verdict: 'fail', message: lostWords(asked, lost) };
  return rate.kind === 'none'
    ? { ...check, message: `${metric.name} has no data: ${reason(asked, stable, expected)}` }
    : check;
}

/** Requests that are lost for certain; 0 if there are none, or no more than the metric's bound lets fail. */
function lostOf(
  { metric }: Asked,
  { expected, mesh, gateway, none }: { expected: number; mesh: number; gateway: number; none: boolean },
): number {
  const tolerated = (expected * (100 - (metric.bounds.min ?? 0))) / 100;
  if (mesh >= 1 && mesh > tolerated) return mesh;
  return none && expected >= ENOUGH && gateway >= Math.max(1, expected * PART) ? gateway : 0;
}

const lostWords = ({ metric, target }: Asked, lost: number): string =>
  `${metric.name} cannot be good: about ${Math.round(lost)} requests found no Service or port where the route sends them ` +
  `(response flag NC); compare the ports in the route with those of Services ${target.services.stable} and ${target.services.canary}`;

function reason({ target, weight }: Asked, stable: QueryResult, expected: number): string {
  const { services } = target;
  const count = numberOf(stable);
  if (count === 0) {
    return `no requests to Services ${services.stable} and ${services.canary} are counted (no traffic, or no metrics of Istio's reporters source and waypoint)`;
  }
  const seen = `${Math.round(count)} requests to Service ${services.stable}`;
  if (expected < ENOUGH)
    return `too little traffic (${seen}, of which weight ${weight} is about ${expected.toFixed(1)})`;
  return `none of about ${Math.round(expected)} requests to Service ${services.canary} was answered (${seen}): these clients do not follow the route, or left before an answer`;
}
