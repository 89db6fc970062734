import { BYPASS, BYPASS_AT, BYPASS_BY, BYPASS_SPENT, HELD, ROLLING } from '../rollout/keys.ts';
import type { Deployment, PodTemplate } from '../rollout/kube.ts';
import { pinsTextOf, withPins } from '../rollout/pins/pins.ts';
import { problemsOf } from '../rollout/spec/rules/deployment-problems.ts';
import { doubtsOf } from '../rollout/spec/rules/doubts.ts';
import { explain } from '../rollout/spec/wording/explain.ts';
import { readHold } from '../rollout/workload/hold.ts';
import { broughtSpent } from './bypass-stamp.ts';
import { annotationOf, isOptedIn } from './change.ts';
import * as messages from './messages.ts';
import { labelsOf, metadataMap, withPause } from './model.ts';
import { patchTo } from './patch.ts';
import { type Admission, type AdmissionRequest, broken, invalid, pass } from './request.ts';

const STATE: ReadonlySet<string> = new Set([HELD, ROLLING, BYPASS_BY, BYPASS_AT]);

/**
 * A new Deployment has nothing to hold. State that comes with it is from a backup taken while something was held: with it
 * the Deployment would never get a pod, so it goes, and the pause with it unless that was its user's own.
 */
export function admitCreate({ object, namespace, name }: AdmissionRequest): Admission {
  if (!isOptedIn(object)) return pass();
  const hold = readHold(object);
  const model = withoutState(object);
  const problems = problemsOf(model);
  if (problems.length > 0) return invalid(explain(problems));
  const patch = patchTo(object, model);
  if (patch === undefined) return broken(messages.brokenAnswer({ name, namespace, old: object }));
  return {
    kind: patch.length > 0 ? 'patch' : 'pass',
    decision: 'opt-in',
    patch,
    warnings: [
      ...(hold.state === 'open' ? [] : [messages.stateDropped(model.spec.paused === true)]),
      ...(annotationOf(model, BYPASS) === undefined ? [] : [messages.bypassBrought()]),
      ...doubtsOf(model).map(messages.doubt),
    ],
    queueKey: `${namespace}/${name}`,
  };
}

/** Pins are for the snapshots of a Deployment that is gone. */
const unpinned = (template: PodTemplate): PodTemplate =>
  pinsTextOf(template) === '' ? template : withPins(template, '');

function withoutState(object: Deployment): Deployment {
  const hold = readHold(object);
  const ownPause = hold.state === 'open' || (hold.state === 'held' && hold.hold.userPaused === true);
  const entries = Object.entries(object.metadata.annotations ?? {}).filter(([key]) => !STATE.has(key));
  const spent = broughtSpent(object);
  const annotations = { ...Object.fromEntries(entries), ...(spent !== undefined && { [BYPASS_SPENT]: spent }) };
  return {
    ...object,
    metadata: {
      ...object.metadata,
      ...metadataMap('annotations', object.metadata, annotations),
      ...metadataMap('labels', object.metadata, labelsOf(object, true)),
    },
    spec: { ...withPause(object.spec, ownPause ? 'asSent' : 'gone'), template: unpinned(object.spec.template) },
  };
}
