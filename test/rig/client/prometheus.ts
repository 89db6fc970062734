import { request } from 'undici';

export interface PromSample {
  labels: Record<string, string>;
  value: number;
}

/** An instant query; throws with Prometheus' own words when it refuses. */
export async function promQuery(url: string, query: string): Promise<PromSample[]> {
  const response = await request(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
  const answer = (await response.body.json()) as Answer;
  if (answer.status !== 'success') throw new Error(`prometheus: ${answer.error}: ${query}`);
  const { resultType, result } = answer.data;
  if (resultType === 'scalar') return [{ labels: {}, value: Number((result as [number, string])[1]) }];
  return (result as { metric: Record<string, string>; value: [number, string] }[]).map(({ metric, value }) => ({
    labels: metric,
    value: Number(value[1]),
  }));
}

interface Answer {
  status: 'success' | 'error';
  error?: string;
  data: { resultType: string; result: unknown };
}
