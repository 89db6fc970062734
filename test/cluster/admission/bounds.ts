import type { Test } from 'tap';
import { type ApiClient, ApiError } from '../../rig/api.ts';
import { type Gate, Subject } from './subject.ts';

const path = (namespace: string): string => `/apis/apps/v1/namespaces/${namespace}/deployments/podinfo`;
const notes = (annotations: Record<string, string>): object => ({ metadata: { annotations } });
const many = Object.fromEntries(
  Array.from({ length: 2_500 }, (_, at) => [`headgate.dev/${'metric'.repeat(8)}${at}`, 'x']),
);

/** What once took seconds or minutes each, and what is refused now. */
const HOSTILE: readonly Record<string, string>[] = [
  { 'headgate.dev/bypass': ' '.repeat(120_000) },
  { 'headgate.dev/bypass': '\t'.repeat(250_000) },
  { 'headgate.dev/metrics': '['.repeat(32_000) },
  { 'headgate.dev/headers': Array.from({ length: 3_000 }, (_, at) => `k${at}: ,`).join('') },
  { 'headgate.dev/match': '? a\n'.repeat(8_000) },
  many,
];
/** The webhook's own limit is 5 s, past which an ordinary change is refused. */
const SOON_MS = 3_000;

/** While people write what is hard to read, the webhook answers others. */
export async function bounds(t: Test, gate: Gate): Promise<void> {
  const { api } = gate.rig;
  const [hostile, other] = [await Subject.enrolled(gate, 'hostile'), await Subject.enrolled(gate, 'patient')];

  t.test('each of it is refused, and others are answered meanwhile', async (t) => {
    const rounds = Array.from({ length: 3 }, () => HOSTILE).flat();
    const refusals = Promise.all(rounds.map((annotations) => refusalOf(api, hostile.namespace, annotations)));
    const times: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      const before = performance.now();
      await api.patch(path(other.namespace), notes({ 'headgate.dev/interval': `${20 + round}s` }));
      times.push(performance.now() - before);
    }
    const slowest = Math.max(...times);
    t.ok(slowest < SOON_MS, `the slowest took ${Math.round(slowest)} ms`);
    for (const [index, said] of (await refusals).entries())
      t.match(
        said,
        /^.*denied the request: headgate: .*(at most|more than)/s,
        Object.keys(rounds[index] ?? {})[0] ?? '',
      );
  });
}

async function refusalOf(api: ApiClient, namespace: string, annotations: Record<string, string>): Promise<string> {
  try {
    await api.patch(`${path(namespace)}?dryRun=All`, notes(annotations));
    return 'it was taken';
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
}
