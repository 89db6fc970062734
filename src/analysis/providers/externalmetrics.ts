import { valueAt } from '../../rollout/spec/rules/findings.ts';
import type { QueryResult } from '../verdict.ts';
import type { MetricProvider } from './provider.ts';
import { failed, listAt, onlyOf, readJson } from './reading.ts';

const API = '/apis/external.metrics.k8s.io/v1beta1/namespaces';

/** Metrics of the cluster's own adapter, of the Canary's namespace and of no other. The request is one to the API server. */
export const externalmetrics: MetricProvider = {
  request: ({ query, namespace }) => ({
    method: 'GET',
    url: `${API}/${encodeURIComponent(namespace)}/${query}`,
    headers: {},
  }),
  read: (text) =>
    readJson(text, (answer) => onlyOf(listAt(answer, 'items'), (item) => quantityIn(valueAt(item, ['value'])))),
};

const DECIMAL = { '': 1, n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 };
const BINARY = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 };
const FACTORS: Readonly<Record<string, number>> = { ...DECIMAL, ...BINARY };
const QUANTITY = /^([+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,3})?)([KMGTPE]i|[numkMGTPE]?)$/;

/** A quantity as Kubernetes writes it, such as `1500m` or `2Ki`. */
function quantityIn(found: unknown): QueryResult {
  const [, number, suffix = ''] = typeof found === 'string' ? (QUANTITY.exec(found) ?? []) : [];
  const factor = FACTORS[suffix];
  if (number === undefined || factor === undefined) return failed('the metric has a value that is no quantity');
  return { kind: 'value', value: Number(number) * factor };
}
