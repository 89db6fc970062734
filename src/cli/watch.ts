import type { Canary } from '../rollout/machine/canary.ts';
import type { Connection } from './connection.ts';
import { templateRevision } from './find.ts';
import { type FollowOptions, follow } from './follow.ts';
import { type Verdict, verdictOf, type Wait, waitAfter } from './verdict.ts';
import { type View, viewOf } from './view.ts';

/** One look at a release. */
export interface ReleaseReading {
  view: View;
  verdict: Verdict;
  wait: Wait;
}

/** How it stands now. The Deployment is asked only where the Canary may be behind it. */
export async function readRelease(connection: Connection, canary: Canary, before: Wait): Promise<ReleaseReading> {
  const view = viewOf(canary);
  const current = view.phase !== undefined && view.revision === before.revision;
  const template = current ? undefined : await templateRevision(connection, canary);
  const wait = waitAfter(before, view, template);
  return { view, verdict: verdictOf(view, template, wait), wait };
}

export interface WatchOptions extends Omit<FollowOptions, keyof Connection> {
  wait: Wait;
}

/** A reading for every state of the Canary; undefined while it is not there. */
export async function* watchRelease(
  connection: Connection,
  { wait, ...options }: WatchOptions,
): AsyncGenerator<ReleaseReading | undefined> {
  let waiting = wait;
  for await (const canary of follow({ ...connection, ...options })) {
    const reading = canary && (await readRelease(connection, canary, waiting));
    waiting = reading?.wait ?? waiting;
    yield reading;
  }
}
