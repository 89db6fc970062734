/** One line over time. */
export interface Series {
  labels: Record<string, string>;
  /** Milliseconds since the epoch, and the value. */
  points: [at: number, value: number][];
}

export interface Range {
  /** Milliseconds since the epoch. */
  from: number;
  to: number;
  stepS: number;
}

interface Answer {
  status: 'success' | 'error';
  error?: string;
  data: { result: { metric: Record<string, string>; values: [number, string][] }[] };
}

/** A range query; points that are no number are left out, as Grafana draws none. @throws with Prometheus' own words */
export async function promRange(url: string, expr: string, { from, to, stepS }: Range): Promise<Series[]> {
  const body = new URLSearchParams({
    query: expr,
    start: `${from / 1_000}`,
    end: `${to / 1_000}`,
    step: `${stepS}`,
  });
  const response = await fetch(`${url}/api/v1/query_range`, { method: 'POST', body });
  const answer = (await response.json()) as Answer;
  if (answer.status !== 'success') throw new Error(`prometheus: ${answer.error}: ${expr}`);
  return answer.data.result.map(({ metric, values }) => ({
    labels: metric,
    points: values.flatMap(([at, value]): [number, number][] =>
      Number.isNaN(Number(value)) ? [] : [[at * 1_000, Number(value)]],
    ),
  }));
}

export const hasPoints = (series: readonly Series[]): boolean => series.some(({ points }) => points.length > 0);

/** Names of metrics that a target shows, whether they have series or not. */
export async function shownMetrics(url: string): Promise<Set<string>> {
  const response = await fetch(`${url}/api/v1/metadata`);
  const { data } = (await response.json()) as { data: Record<string, unknown> };
  return new Set(Object.keys(data));
}
