import type { Row, Target } from '../table/row.ts';
import { type Job, measured, type Part, type Turn } from './part.ts';

const OTHERS = { flagger: 'Flagger', rollouts: 'Argo Rollouts' } as const;
type Other = keyof typeof OTHERS;
const SUBJECTS = ['headgate', 'flagger', 'rollouts'] as const;
type Subject = (typeof SUBJECTS)[number];

const PROGRAMS = { headgate: [], flagger: ['flagger'], rollouts: ['rollouts-controller'] } as const;

const nameOf = (subject: Subject, apps: number): string => `${subject}, ${apps} apps`;

/** The targets, by number of apps. */
const TARGETS: Readonly<Record<number, Readonly<Record<string, Target>>>> = {
  100: {
    'idle requests': { value: 0 },
    requests: { value: 25 },
    CPU: { ratio: 0.5 },
    'memory of the first': { value: 110 },
    'first weight p99': { value: 3 },
  },
  400: {
    'idle requests': { value: 0 },
    requests: { value: 25 },
    CPU: { ratio: 0.5 },
    'memory of the first': { value: 160 },
    'first weight p99': { value: 15 },
    'lateness p99': { value: 0.25 },
  },
};

/** What the table tells, by measure. */
const MEASURES: readonly (readonly [measure: string, words: string, unit: string])[] = [
  ['idle requests', 'API requests per idle app and minute', ''],
  ['other requests', 'API requests per minute besides', ''],
  ['idle CPU', 'CPU when idle', '% of a core'],
  ['requests', 'API requests per release', ''],
  ['CPU', 'CPU of all releases', 's'],
  ['idle memory', 'memory of all processes, idle', 'MiB'],
  ['memory', 'memory of all processes, most', 'MiB'],
  ['memory of the first', 'memory of the scheduler, most', 'MiB'],
  ['apply', 'one `kubectl apply` of all changes', 's'],
  ['first pod p50', 'change to first canary pod, p50', 's'],
  ['first pod p99', 'change to first canary pod, p99', 's'],
  ['first weight p50', 'change to first weight, p50', 's'],
  ['first weight p99', 'change to first weight, p99', 's'],
  ['lateness p50', 'lateness of a step, p50', 's'],
  ['lateness p99', 'lateness of a step, p99', 's'],
  ['extra pod-seconds', 'pod-seconds of a release beyond the four pods of the app', ''],
];

/** What no target is about is measured once: 1,000 apps, and Argo Rollouts. */
const isOnce = (subject: Subject, apps: number): boolean => TARGETS[apps] === undefined || subject === 'rollouts';

export function beside(quick: boolean): Part {
  const sizes = quick ? [100] : [100, 400, 1_000];
  const idle = quick ? ['--idle', '10'] : [];
  const jobOf = (subject: Subject, apps: number): Job => ({
    name: nameOf(subject, apps),
    program: 'beside.ts',
    args: [...['--subject', subject, '--apps', String(apps), ...idle], ...(subject === 'headgate' ? ['--bare'] : [])],
    rig: PROGRAMS[subject],
    minutes: 10 + apps / 10,
    ...(isOnce(subject, apps) && { turns: 1 }),
  });
  return {
    title: 'Beside Flagger and Argo Rollouts',
    about:
      'One release of each app by one `kubectl apply`: five steps of 10 s with two checks each. Pods are hollow, metrics are answered at once. Headgate is one scheduler and two webhooks. Argo Rollouts has one run, and so has what is beside more than 400 apps.',
    turns: 3,
    jobs: sizes.flatMap((apps) => SUBJECTS.map((subject) => jobOf(subject, apps))),
    rows: (turns) =>
      sizes.flatMap((apps) => [
        ...besideOther(turns, apps, 'flagger'),
        alone(turns, apps),
        ...besideOther(turns, apps, 'rollouts'),
      ]),
  };
}

const of = (turns: readonly Turn[], subject: Subject, apps: number, measure: string): number[] =>
  measured(turns, nameOf(subject, apps), measure);

function besideOther(turns: readonly Turn[], apps: number, other: Other): Row[] {
  return MEASURES.map(([measure, words, unit]): Row => {
    const target = other === 'flagger' ? TARGETS[apps]?.[measure] : undefined;
    return {
      ...{ what: `${apps} apps: ${words}`, unit, values: of(turns, 'headgate', apps, measure) },
      against: { name: OTHERS[other], values: of(turns, other, apps, measure) },
      ...(target && { target }),
    };
  });
}

/** The apply of all changes, beside one in the same rig before anybody was there to answer it. */
const alone = (turns: readonly Turn[], apps: number): Row => ({
  ...{ what: `${apps} apps: the same \`kubectl apply\``, unit: 's', values: of(turns, 'headgate', apps, 'apply') },
  against: { name: 'alone', values: of(turns, 'headgate', apps, 'bare apply') },
  ...(apps === 400 && { target: { ratio: 1.3 } }),
});
