import type { App } from './app.ts';
import type { FaultProxy, Pattern } from './fault-proxy.ts';
import { FAULTS, type Fault } from './faults.ts';
import type { HookReceiver, Saying } from './hooks.ts';
import { pairwise } from './pairwise.ts';
import { randomFrom } from './random.ts';

/** What is asked for each source of an observation, below the namespace of the app NAME. What is watched everywhere is not. */
const PATHS = {
  deployment: 'deployments(/NAME)?(\\?labelSelector=headgate.dev%2F(?!role)|$)',
  canary: 'deployments(/NAME-canary$|\\?labelSelector=headgate.dev%2Frole)',
  replicaSets: 'replicasets(\\?|$)',
  services: 'services[/?]',
  routes: 'virtualservices[/?]',
  rules: 'destinationrules[/?]',
  names: 'deployments/NAME-canary$',
  pods: 'pods\\?',
  config: 'configmaps[/?]',
} as const;
export const BREAKABLE = [...(Object.keys(PATHS) as (keyof typeof PATHS)[]), 'metrics', 'hooks'] as const;
export type Breakable = (typeof BREAKABLE)[number];

export const MOMENTS = ['before', 'step', 'promotion', 'rollback', 'deadline'] as const;
export type Moment = (typeof MOMENTS)[number];

/** What is broken how, and when. */
export interface Row {
  broken: readonly (readonly [Breakable, Fault])[];
  moment: Moment;
}

const KINDS = Object.keys(FAULTS) as Fault[];
const at = <T>(values: readonly T[], index: number): T => values[index % values.length] as T;

/** Each source, each kind of fault and each moment, in as few rows as there are sources. */
export const chosenRows = (): Row[] =>
  BREAKABLE.map((source, index) => ({ broken: [[source, at(KINDS, index)]], moment: at(MOMENTS, index) }));

export const singleRows = (): Row[] =>
  BREAKABLE.flatMap((source) =>
    KINDS.flatMap((fault) => MOMENTS.map((moment): Row => ({ broken: [[source, fault]], moment }))),
  );

/** Two at a time: each meets each other one, each kind of fault, and each moment. */
export function pairRows(seed: number): Row[] {
  const sizes = [BREAKABLE.length, BREAKABLE.length, KINDS.length, KINDS.length, MOMENTS.length];
  return pairwise(sizes, randomFrom(seed))
    .filter(([one, other]) => one !== other)
    .map(([one = 0, other = 0, first = 0, second = 0, moment = 0]) => ({
      broken: [
        [at(BREAKABLE, one), at(KINDS, first)],
        [at(BREAKABLE, other), at(KINDS, second)],
      ],
      moment: at(MOMENTS, moment),
    }));
}

export const wordsOf = ({ broken, moment }: Row): string =>
  `${moment}: ${broken.map(([source, fault]) => `${source} (${fault})`).join(' and ')}`;

export interface Places {
  api: FaultProxy;
  metrics: FaultProxy;
  hooks: HookReceiver;
}

export const HOOK = 'says';

/** What a hook says for a fault. */
const SAYINGS: Readonly<Record<Fault, Saying>> = {
  hang: 'hang',
  silent: 'hang',
  forbid: { code: 403 },
  throttle: { code: 429 },
  page: { code: 200, body: '<h1>Please log in</h1>' },
  half: { code: 200, body: '{"' },
  other: { code: 200, body: '{"kind":"Pod"}' },
};

const readsOf = ({ namespace, name }: App, path: string): Pattern => ({
  method: /GET/,
  path: new RegExp(`/namespaces/${namespace}/${path.replace('NAME', name)}`),
});

/** Breaks what a row says for one app, until what it returns is called. */
export function breakFor({ broken }: Row, app: App, { api, metrics, hooks }: Places): () => void {
  const undo = broken.map(([source, fault]) => {
    if (source === 'hooks') {
      hooks.says(app, HOOK, SAYINGS[fault]);
      return () => hooks.says(app, HOOK, { code: 200 });
    }
    const proxy = source === 'metrics' ? metrics : api;
    const pattern = source === 'metrics' ? { body: new RegExp(`%22${app.name}%22`) } : readsOf(app, PATHS[source]);
    proxy.break(fault, pattern);
    return () => proxy.mend(pattern);
  });
  return () => {
    for (const mend of undo) mend();
  };
}
