import type { Deployment } from '../../rollout/kube.ts';
import { readHold } from '../../rollout/workload/hold.ts';
import { conditionOf, isUserPaused } from '../../rollout/workload/rollout-status.ts';
import { age } from '../age.ts';
import { imagesText } from '../images.ts';
import type { Span } from '../outline.ts';
import { oneLine } from '../text/status-text.ts';
import type { CanarySnapshot } from './snapshot.ts';

/** What holds the Deployment, and what keeps it from having its pods. */
export function notesOf(deployment: Deployment): Span[] {
  const { template } = deployment.spec;
  const reading = readHold(deployment);
  const failure = conditionOf(deployment, 'ReplicaFailure');
  const progress = conditionOf(deployment, 'Progressing');
  const late = progress?.status === 'False' && deployment.spec.paused !== true ? progress : undefined;
  const notes: (string | false | undefined)[] = [
    reading.state === 'held' &&
      `${reading.hold.verdict ? 'kept out' : 'held'}: revision ${reading.hold.revision}, ${imagesText(template, false)}`,
    reading.state === 'unreadable' && 'its hold cannot be read: nothing is released until it is put right',
    isUserPaused(deployment) && 'paused by its user',
    failure?.status === 'True' && failure.message,
    late?.message,
  ];
  return notes.filter((note) => typeof note === 'string').map((note) => ({ text: oneLine(note), colour: 'yellow' }));
}

/** How long the canary's pods may still take. */
export function deadlineOf({ canary: { status }, now }: CanarySnapshot): Span[] {
  const { phase, release } = status ?? {};
  if (phase !== 'Progressing' || release?.deadline === undefined) return [];
  const left = Date.parse(release.deadline) - now;
  return [{ text: left > 0 ? `has ${age(left)} left to get ready` : 'had to be ready by now', colour: 'yellow' }];
}
