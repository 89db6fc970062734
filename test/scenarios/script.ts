import { type QueryResult } from '../../src/analysis/verdict.ts';
import { BYPASS, HELD, RESTARTED_AT } from '../../src/rollout/keys.ts';
import type { Deployment } from '../../src/rollout/kube.ts';
import type { Source } from '../../src/rollout/machine/sources.ts';
import { canaryName } from '../../src/rollout/names.ts';
import { parseDuration } from '../../src/rollout/spec/schema/durations.ts';
import { findStable } from '../../src/rollout/workload/stable.ts';
import { annotated, deployment, rule } from '../build.ts';
import { isOwnedBy } from '../simulation/cluster.ts';
import type { Simulation } from '../simulation.ts';
import { AUTOSCALER_COMMANDS } from './autoscaler-commands.ts';
import { config, configPolicy, refer, referNothing, tracking } from './config-script.ts';
import type { Trace } from './trace.ts';

/** What a line of a script does; the text, if any, is what became of it. */
type Command = (simulation: Simulation, words: string[], trace: Trace) => string | undefined;

const ANSWERS: Record<string, QueryResult> = {
  none: { kind: 'none' },
  down: { kind: 'error', message: 'connect ECONNREFUSED' },
};

const answerOf = (text = ''): QueryResult => ANSWERS[text] ?? { kind: 'value', value: Number(text) };

const user =
  (change: (object: Deployment, words: string[]) => void): Command =>
  (simulation, words, trace) => {
    const outcome = simulation.user((object) => change(object, words));
    trace.name(simulation.cluster.deployment);
    return outcome;
  };

const pause: Command = user(({ spec }) => {
  spec.paused = true;
});

const resume: Command = user(({ spec }) => {
  delete spec.paused;
});

function env({ spec }: Deployment, [name = '', value]: string[]): void {
  const [container] = spec.template.spec.containers;
  if (container) container['env'] = value === undefined ? [] : [{ name, value }];
}

/** Somebody gives the route another weight. */
const editRoute: Command = ({ cluster }, [weight = '0']) => {
  const route = structuredClone(cluster.route);
  const [stable, canary] = route?.spec.http?.[0]?.route ?? [];
  if (route === undefined || stable === undefined || canary === undefined) return 'there is none';
  stable.weight = 100 - Number(weight);
  canary.weight = Number(weight);
  cluster.putRoute(route);
  return undefined;
};

const deleteSet: Command = ({ cluster }, [which = '']) => {
  const own = cluster.sets.filter((set) => isOwnedBy(set, cluster.deployment));
  const template = which === 'stable' ? findStable(cluster.deployment, own)?.template : undefined;
  const tag = template?.spec.containers[0]?.image ?? `podinfo:${which}`;
  const gone = own.find((set) => set.spec.template.spec.containers[0]?.image === tag);
  if (gone === undefined) return 'there is none';
  cluster.deleteSet(gone);
  return gone.metadata.name;
};

/** Somebody changes what a ReplicaSet makes its next pods from. */
const tamper: Command = ({ cluster }, [which]) => {
  const owner = which === 'canary' ? cluster.canary : cluster.deployment;
  const set = cluster.sets.find((entry) => isOwnedBy(entry, owner) && (entry.spec.replicas ?? 0) > 0);
  if (set === undefined) return 'there is none';
  const edited = structuredClone(set);
  for (const container of edited.spec.template.spec.containers) container.image = 'podinfo:evil';
  cluster.putSet(edited);
  return undefined;
};

let commands = 0;

const COMMANDS: Record<string, Command> = {
  ...AUTOSCALER_COMMANDS,
  image: (simulation, [tag = ''], trace) => {
    const outcome = simulation.setImage(tag);
    trace.name(simulation.cluster.deployment);
    return outcome;
  },
  env: user(env),
  refer: user(refer),
  'refer-nothing': user(referNothing),
  config,
  'config-policy': configPolicy,
  tracking,
  scale: user(({ spec }, [count]) => {
    spec.replicas = Number(count);
  }),
  pause,
  resume,
  'restart-pods': user(({ spec: { template } }) => {
    template.metadata = { ...template.metadata, annotations: { [RESTARTED_AT]: '2030-01-01T00:00:00Z' } };
  }),
  bypass: user((object, words) => annotated({ [BYPASS]: words.join(' ') || undefined })(object)),
  unhold: user((object) => annotated({ [HELD]: undefined })(object)),
  wait: (simulation, [duration = '']) => {
    simulation.advance(parseDuration(duration) ?? Number.NaN);
    return undefined;
  },
  /** What metrics say from now on, of the canary or of the Deployment while it rolls out: `answers NUMBER [Deployment]`. */
  answers: ({ ticker }, [text, of]) => {
    if (of !== undefined) {
      ticker.rolloutAnswer = answerOf(text);
      return undefined;
    }
    ticker.answer = () => answerOf(text);
    return undefined;
  },
  break: (simulation, [which]) => void simulation.breakPods(which === 'canary' ? 'canary' : 'stable', true),
  mend: (simulation, [which]) => void simulation.breakPods(which === 'canary' ? 'canary' : 'stable', false),
  command: (simulation, [action = '']) => void simulation.command(action, `c${(commands += 1)}`),
  refuse: ({ ticker }, words) => {
    ticker.refuse = words.length > 0 ? words.join(' ') : undefined;
    return undefined;
  },
  /** What the API server says to the write by which the Deployment rolls out, or back; without words it accepts it. */
  'refuse-roll-out': ({ ticker, cluster }, words) => {
    ticker.refuseRollOut = words.length > 0 ? words.join(' ') : undefined;
    cluster.dirty = true;
  },
  /** What cannot be read from now on: `unreadable SOURCE...` */
  unreadable: ({ ticker, cluster }, words) => {
    ticker.unreadable = new Set(words as Source[]);
    cluster.dirty = true;
    return undefined;
  },
  restart: ({ ticker }) => void ticker.restart(),
  /** The scheduler is told to stop, and another one starts. */
  replace: ({ ticker }) => void ticker.replace(),
  scheduler: (simulation, [state]) => {
    simulation.scheduler = state === 'on';
    simulation.cluster.dirty = true;
    return undefined;
  },
  /** The next pods of the Deployment, or of its canary, do not get ready: `stall on|off [canary]`. */
  stall: ({ cluster }, [state, which]) => {
    const owner = which === 'canary' ? 'canary' : 'stable';
    if (state === 'on') cluster.stalled.add(owner);
    else cluster.stalled.delete(owner);
    return undefined;
  },
  /** One ready canary pod is deleted by somebody else: its node is drained. */
  evict: (simulation) => simulation.loseCanaryPod('evicted'),
  /** The container of one ready canary pod ends. */
  crash: (simulation) => simulation.loseCanaryPod('crashed'),
  /** From now on the canary's Service lists a pod so long after its status says that it is ready. */
  'list-after': ({ cluster }, [duration = '']) => {
    cluster.listedAfterMs = parseDuration(duration) ?? Number.NaN;
    cluster.dirty = true;
    return undefined;
  },
  /** Does the rest of the line just before the scheduler's next write. */
  race: (simulation, words, trace) => {
    simulation.ticker.onWrite = () => {
      simulation.ticker.onWrite = () => undefined;
      perform(simulation, trace, words.join(' '));
    };
    return undefined;
  },
  webhook: (simulation, [state]) => {
    simulation.webhook = state === 'on';
    return undefined;
  },
  route: editRoute,
  /** A user writes a DestinationRule for the Deployment's Service. */
  rule: ({ cluster }, words) => {
    const trafficPolicy = JSON.parse(words.join(' ')) as object;
    cluster.putRule(
      rule('podinfo', (object) => {
        object.spec.trafficPolicy = trafficPolicy;
      }),
    );
    return undefined;
  },
  'traffic-policy': ({ ticker, cluster }, words) => {
    const { trafficPolicy: _before, ...service } = ticker.spec.service;
    const policy = words.length > 0 && { trafficPolicy: JSON.parse(words.join(' ')) as Record<string, unknown> };
    ticker.spec = { ...ticker.spec, service: { ...service, ...policy } };
    cluster.dirty = true;
    return undefined;
  },
  /** A user writes a route of their own to the Service, in place of any that is there. */
  'user-route': ({ cluster }) =>
    void cluster.putRoute({
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'podinfo', namespace: 'prod' },
      spec: { hosts: ['podinfo'], http: [{ route: [{ destination: { host: 'podinfo' } }] }] },
    }),
  'delete-route': ({ cluster }) => void cluster.putRoute(undefined),
  'delete-record': ({ cluster }) => {
    cluster.record = undefined;
    cluster.dirty = true;
    return undefined;
  },
  /** The record is deleted, and a finalizer of somebody else's keeps it. */
  'terminate-record': ({ cluster }) => {
    const { record } = cluster;
    if (record)
      cluster.putRecord({ ...record, metadata: { ...record.metadata, deletionTimestamp: '2030-01-01T00:00:00Z' } });
    cluster.dirty = true;
    return undefined;
  },
  /** Somebody has a Deployment of the canary's name; `free`: no more. */
  take: ({ cluster }) => {
    cluster.taken = deployment('9.9', ({ metadata }) => {
      metadata.name = canaryName(metadata.name);
      metadata.labels = { 'app.kubernetes.io/managed-by': 'Helm' };
    });
    return undefined;
  },
  free: ({ cluster }) => void (cluster.taken = undefined),
  /** So many canaries may start, others do, and so many are before this one: `line LIMIT AHEAD`; `turn`: a place is free for it. */
  line: ({ ticker, cluster }, [limit, ahead]) => {
    ticker.place = { place: { limit: Number(limit), ahead: Number(ahead), isFree: false } };
    cluster.dirty = true;
    return undefined;
  },
  turn: ({ ticker, cluster }) => {
    ticker.place = {};
    cluster.dirty = true;
    return undefined;
  },
  'delete-canary': ({ cluster }) => void cluster.deleteCanary(),
  'delete-set': deleteSet,
  tamper,
  service: ({ cluster }, [label = '', value = '']) => {
    const before = cluster.services.get('podinfo');
    if (before)
      cluster.services.set(
        'podinfo',
        cluster.stored({ ...before, spec: { ...before.spec, selector: { [label]: value } } }),
      );
    return undefined;
  },
  /** `hook NAME pass|fail|silent [WORDS]` */
  hook: ({ ticker, cluster }, [name = '', answer = '', ...words]) => {
    const before = ticker.hookRunner.says;
    ticker.hookRunner.says = (hook) => {
      if (hook.name !== name) return before(hook);
      return answer === 'silent'
        ? undefined
        : { outcome: answer === 'pass' ? 'passed' : 'failed', message: words.join(' ') };
    };
    cluster.dirty = true;
    return undefined;
  },
  suspend: ({ ticker, cluster }, [state]) => {
    ticker.spec = { ...ticker.spec, suspend: state === 'on' };
    cluster.dirty = true;
    return undefined;
  },
  /** A user writes a policy that selects by the label `app`: `policy KIND NAME VALUE...` */
  policy: ({ cluster }, [kind = '', name = '', ...values]) => {
    const selector = { matchExpressions: [{ key: 'app', operator: 'In', values }] };
    cluster.policies = [...cluster.policies, { kind, name, use: 'holds', selector }];
    return undefined;
  },
  threshold: ({ ticker }, [count]) => {
    ticker.spec = { ...ticker.spec, analysis: { ...ticker.spec.analysis, threshold: Number(count) } };
    return undefined;
  },
  weights: ({ ticker }, words) => {
    ticker.spec = { ...ticker.spec, analysis: { ...ticker.spec.analysis, weights: words.map(Number) } };
    return undefined;
  },
};

/** Runs one line, such as `image 2.0` or `wait 30s`. */
export function perform(simulation: Simulation, trace: Trace, line: string): void {
  const [verb = '', ...words] = line.split(' ');
  const command = COMMANDS[verb];
  if (command === undefined) throw new Error(`unknown command: ${line}`);
  if (verb === 'wait') return void command(simulation, words, trace);
  const outcome = command(simulation, words, trace);
  trace.said(outcome === undefined ? line : `${line}: ${outcome}`);
  simulation.touched();
}
