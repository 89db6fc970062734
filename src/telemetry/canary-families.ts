import { type Canary, targetName } from '../rollout/machine/canary.ts';
import { ACTIVE, ms } from '../rollout/machine/state.ts';
import type { CanaryStatus } from '../rollout/machine/status.ts';

/** One series of a Canary, besides its namespace and name. */
export interface Sample {
  labels?: Readonly<Record<string, string>>;
  value: number;
}

export interface Family {
  name: string;
  help: string;
  /** Besides `namespace` and `name`. Each has few values: a word of Headgate's own, or what follows from the Canary's name. */
  labels?: readonly string[];
  samples: (status: Partial<CanaryStatus>, canary: Canary) => readonly Sample[];
}

const SECOND = 1_000;

const some = (value: number | undefined, labels?: Sample['labels']): Sample[] =>
  value === undefined || Number.isNaN(value) ? [] : [{ value, ...(labels && { labels }) }];

const stepOf = (step: string | undefined, part: 0 | 1): number | undefined =>
  step === undefined ? undefined : Number(step.split('/')[part]);

function checkValues({ release, phase }: Partial<CanaryStatus>): Sample[] {
  const checks = phase !== undefined && ACTIVE.has(phase) ? (release?.checks ?? []) : [];
  const ofCanary = checks.filter(({ of }) => of === undefined);
  return ofCanary.flatMap(({ metric, value }) => some(value, { metric }));
}

/**
 * What is exported of each Canary, all of it read from its status: every scheduler shows the same values, and has them again
 * right after a restart. Points in time are seconds since the epoch: how long ago they are, a query says.
 */
export const FAMILIES: readonly Family[] = [
  {
    name: 'headgate_canary_info',
    help: 'Always 1: what belongs to the Canary.',
    labels: ['deployment', 'service'],
    samples: ({ release: { service = '' } = {} }, canary) => some(1, { deployment: targetName(canary), service }),
  },
  {
    name: 'headgate_canary_status',
    help: 'Is 1 for the phase that the Canary is in; other phases have no series.',
    labels: ['phase'],
    samples: ({ phase }) => (phase === undefined ? [] : some(1, { phase })),
  },
  {
    name: 'headgate_canary_phase_timestamp_seconds',
    help: 'Since when the Canary is in its phase.',
    labels: ['phase'],
    samples: ({ phase, lastTransitionTime }) =>
      phase === undefined || lastTransitionTime === undefined ? [] : some(ms(lastTransitionTime) / SECOND, { phase }),
  },
  {
    name: 'headgate_canary_ready',
    help: 'Is 1 where the condition Ready of the Canary is True.',
    samples: ({ conditions = [] }) =>
      conditions.filter(({ type }) => type === 'Ready').map(({ status }) => ({ value: status === 'True' ? 1 : 0 })),
  },
  {
    name: 'headgate_canary_weight',
    help: 'Percent of the traffic that the route gives to the canary.',
    samples: ({ canaryWeight }) => some(canaryWeight),
  },
  {
    name: 'headgate_canary_step',
    help: 'Steps of the plan that were taken.',
    samples: ({ step }) => some(stepOf(step, 0)),
  },
  {
    name: 'headgate_canary_steps',
    help: 'Steps of the plan.',
    samples: ({ step }) => some(stepOf(step, 1)),
  },
  {
    name: 'headgate_canary_failed_checks',
    help: 'Checks that failed in the release under way, or the last one.',
    samples: ({ failedChecks }) => some(failedChecks),
  },
  {
    name: 'headgate_canary_check_value',
    help: 'What the last round of checks measured.',
    labels: ['metric'],
    samples: checkValues,
  },
  {
    name: 'headgate_canary_approval_wait_timestamp_seconds',
    help: 'Since when the release waits for an approval; no series while it does not.',
    labels: ['gate'],
    samples: ({ phase, release }) =>
      phase !== undefined && ACTIVE.has(phase) && release?.awaiting
        ? some(ms(release.awaiting.since) / SECOND, { gate: release.awaiting.gate })
        : [],
  },
  {
    name: 'headgate_canary_release_start_timestamp_seconds',
    help: 'When the release under way began, or the last one.',
    samples: ({ release }) => (release === undefined ? [] : some(ms(release.startedAt) / SECOND)),
  },
  {
    name: 'headgate_canary_last_release_duration_seconds',
    help: 'How long the last release took that is over, by how it ended.',
    labels: ['outcome'],
    samples: ({ history: [last] = [] }) =>
      last === undefined ? [] : some((ms(last.endedAt) - ms(last.startedAt)) / SECOND, { outcome: last.outcome }),
  },
];
