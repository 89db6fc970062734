import { BYPASS, ENROLLED, HELD, PREFIX, ROLLING } from '../rollout/keys.ts';
import type { Deployment, ObjectMeta } from '../rollout/kube.ts';
import { BYPASS_STATE, bypassState } from './bypass-stamp.ts';
import { annotationOf, type Change } from './change.ts';
import type { GateMove } from './gate.ts';

type Texts = Record<string, string>;

/** The Deployment as it is to be stored: the request's object, with Headgate's own keys as they must be. */
export function modelOf(change: Change, move: GateMove): Deployment {
  const { sent } = change;
  return {
    ...sent,
    metadata: {
      ...sent.metadata,
      ...metadataMap('annotations', sent.metadata, annotationsOf(change, move)),
      ...metadataMap('labels', sent.metadata, labelsOf(sent, change.isIn)),
    },
    spec: { ...withPause(sent.spec, pauseOf(change, move)), template: change.template },
  };
}

/** A map that was absent and is empty stays absent. */
export function metadataMap(
  key: 'annotations' | 'labels',
  before: ObjectMeta,
  map: Texts,
): Pick<ObjectMeta, typeof key> {
  return before[key] === undefined && Object.keys(map).length === 0 ? {} : { [key]: map };
}

/** The labels with the one by which watches find the Deployment, exactly while it is enrolled. */
export function labelsOf({ metadata }: Deployment, isIn: boolean): Texts {
  const { [ENROLLED]: _, ...labels } = metadata.labels ?? {};
  return isIn ? { ...labels, [ENROLLED]: 'true' } : labels;
}

function annotationsOf(change: Change, move: GateMove): Texts {
  const { old, isIn, wasIn } = change;
  const rolling = isIn && wasIn ? annotationOf(old, ROLLING) : undefined;
  const wanted = userAnnotations(change);
  if ('text' in move) wanted[HELD] = move.text;
  if (rolling !== undefined) wanted[ROLLING] = rolling;
  return { ...wanted, ...bypassState(change, wanted[BYPASS]) };
}

/** What the user wants of the annotations. With a template change come those of an old ReplicaSet: see Change.optInKept. */
function userAnnotations(change: Change): Texts {
  const { old, sent, optInKept } = change;
  const wanted = only(sent, (key) => !isState(key) && !dropsBypass(change, key) && !(optInKept && isSetting(key)));
  return optInKept ? { ...wanted, ...only(old, isSetting) } : wanted;
}

/** Key by key, as there may be many. */
function only({ metadata: { annotations = {} } }: Deployment, keep: (key: string) => boolean): Texts {
  const kept: Texts = {};
  for (const key of Object.keys(annotations)) if (keep(key)) kept[key] = annotations[key] ?? '';
  return kept;
}

const STATE: ReadonlySet<string> = new Set([HELD, ROLLING, ...BYPASS_STATE]);

const isState = (key: string): boolean => STATE.has(key);

/** An annotation of Headgate's that its user owns and that stays: everything but state and break-glass. */
export const isSetting = (key: string): boolean => key.startsWith(PREFIX) && !isState(key) && key !== BYPASS;

/** A bypass that arrives with another template does not count, and must not lie in wait either. */
const dropsBypass = ({ templateChange, old, sent }: Change, key: string): boolean =>
  key === BYPASS && templateChange !== 'same' && annotationOf(sent, BYPASS) !== annotationOf(old, BYPASS);

/** Wanted `spec.paused`: true, or the user's own wish (`asSent`), or gone. */
function pauseOf({ sent, ownPause }: Change, move: GateMove): 'paused' | 'asSent' | 'gone' {
  if (move.do === 'leave') return ownPause === (sent.spec.paused === true) ? 'asSent' : 'gone';
  if (move.do === 'break') return ownPause ? 'paused' : 'gone';
  return 'paused';
}

/** @param wanted paused, as the request has it, or not paused */
export function withPause(spec: Deployment['spec'], wanted: 'paused' | 'asSent' | 'gone'): Deployment['spec'] {
  if (wanted === 'asSent') return spec;
  const { paused: _, ...rest } = spec;
  return wanted === 'paused' ? { ...rest, paused: true } : rest;
}
