import { CANARY, ENROLLED_BY } from '../../rollout/keys.ts';
import { type Deployment, keyOf } from '../../rollout/kube.ts';
import { type Canary, targetOf } from '../../rollout/machine/canary.ts';
import { readOptIn } from '../../rollout/spec/annotations/opt-in.ts';
import { madeFor } from '../../rollout/workload/generated.ts';

/** A Canary that somebody wrote, not one that Headgate made for annotations; and that is not being deleted. */
export const isWritten = (record: Canary): boolean =>
  madeFor(record) === undefined && record.metadata.deletionTimestamp === undefined;

/** To order Canaries by: creation, which has whole seconds; within one, by enrolment, those without one last. */
export const recordAge = ({ metadata, status }: Canary): string => {
  const enrolled = status?.conditions?.find(({ type, status: holds }) => type === 'Enrolled' && holds === 'True');
  return `${metadata.creationTimestamp ?? ''} ${enrolled?.lastTransitionTime ?? '~'} ${metadata.uid ?? ''}`;
};

/** The oldest first. */
export const canariesByAge = (a: Canary, b: Canary): number => (recordAge(a) < recordAge(b) ? -1 : 1);

/** Who decides that a Deployment is enrolled. */
export type Ownership =
  /** Its annotations: a user's opt-in, none, or one that Headgate wrote for a Canary that is still there. */
  | { by: 'user' }
  /** A Canary that names it; Headgate is to opt it in. */
  | { by: 'canary'; enrol: Canary }
  /** Headgate opted it in for a Canary that is gone since, or names another Deployment. */
  | { by: 'nobody' };

/** @param written Canaries that name the Deployment, the oldest first */
export function ownershipOf(
  { metadata }: Deployment,
  written: readonly Canary[],
  recordOf: (name: string) => Canary | undefined,
): Ownership {
  const text = metadata.annotations?.[CANARY];
  const [first] = written;
  if (text === undefined) return first === undefined ? { by: 'user' } : { by: 'canary', enrol: first };
  if (metadata.annotations?.[ENROLLED_BY] === undefined) return { by: 'user' };
  const optIn = readOptIn(text);
  // Headgate has never written such a one: the mark is a stray copy.
  if (optIn.state !== 'canary') return { by: 'user' };
  const record = recordOf(optIn.name);
  const about = record && targetOf(record) === keyOf({ metadata });
  return record?.metadata.deletionTimestamp === undefined && about ? { by: 'user' } : { by: 'nobody' };
}
