import { ROLLING } from '../../keys.ts';
import type { Deployment, PodTemplate } from '../../kube.ts';
import { pinsText, pinsTextOf, withPins } from '../../pins/pins.ts';
import { referencesOf } from '../../pins/reference.ts';
import type { Snapshot } from '../../pins/snapshot.ts';
import { wantedPins } from '../../pins/wanted-pins.ts';
import { readBypass } from '../../workload/bypass.ts';
import { type Hold, writeHold } from '../../workload/hold.ts';
import { revisionOf, sameRevision } from '../../workload/template.ts';
import type { Observation } from '../observation.ts';
import type { Situation } from '../situation.ts';
import { isKnown } from '../sources.ts';
import { ACTIVE, type RolloutState } from '../state.ts';

/** Other pins for the Deployment's template. */
export interface PinMove {
  template: PodTemplate;
  /** What the pins name and is not there yet: it comes first. */
  missing: readonly Snapshot[];
  /** The hold in which the template is to be; undefined: it rolls out at once, by break-glass. */
  hold?: Hold;
}

/**
 * Whether the content that a template refers to is to be read: for what runs pinned, for what is held, and where pins are asked
 * for. What nobody pins costs nothing.
 */
export const needsConfig = (
  { deployment, hold }: Pick<Observation, 'deployment' | 'hold'>,
  state: RolloutState | undefined,
): boolean => hold.state === 'held' || state?.pinning === true || pinsTextOf(deployment.spec.template) !== '';

/**
 * The pins that the template is to have, where it has others: the content changed, or a user's change came with the pins of the
 * revision before. Undefined where nothing is to be done, or cannot be yet.
 */
export function pinMove(s: Situation): PinMove | undefined {
  const { deployment, config, hold } = s.seen;
  if (config === undefined || !isKnown(s.seen, 'config', 'deployment') || hold.state === 'unreadable') return undefined;
  if (s.spec.configTracking && config.sources === undefined) return undefined;
  const { template } = deployment.spec;
  const { text, snapshots } = wishFor(s, deployment);
  if (text === pinsTextOf(template)) return undefined;
  const pinned = withPins(template, text);
  const next = hold.state === 'held' ? heldMove(s, hold.hold, pinned) : openMove(s, pinned);
  if (next === undefined) return undefined;
  const names = config.snapshots.map(({ kind, snapshot }) => `${kind}/${snapshot}`);
  const missing = snapshots.filter(({ kind, snapshot }) => !names.includes(`${kind}/${snapshot}`));
  return { template: pinned, missing, ...next };
}

function wishFor({ spec, seen, state }: Situation, deployment: Deployment): { text: string; snapshots: Snapshot[] } {
  const none = { text: '', snapshots: [] };
  if (!spec.configTracking) return none;
  const { template } = deployment.spec;
  // Back to what runs unpinned: nothing is to be found out, and so nothing to be pinned.
  const { stable, pinning } = state;
  const isBack =
    stable !== undefined && pinsTextOf(stable.template) === '' && sameRevision(withPins(template, ''), stable.template);
  if (isBack && pinning !== true) return none;
  const { pins, snapshots } = wantedPins(deployment, seen.config?.sources ?? [], stable?.template);
  return { text: pinsText(pins), snapshots };
}

/** Whoever asked for the held revision asks for it with the content that there is. A failed one is tried again with another. */
function heldMove(
  { state: { phase } }: Situation,
  { by, userPaused }: Hold,
  template: PodTemplate,
): Pick<PinMove, 'hold'> | undefined {
  if (phase === 'Promoting' || phase === 'Stalled') return undefined;
  return { hold: { revision: revisionOf(template), by, ...(userPaused && { userPaused }) } };
}

/** What runs gets other content by a release of its own, once the release before is over. */
function openMove({ state, seen, now }: Situation, template: PodTemplate): Pick<PinMove, 'hold'> | undefined {
  const { deployment, revision } = seen;
  const isAtRest = !ACTIVE.has(state.phase) && deployment.metadata.annotations?.[ROLLING] === undefined;
  if (!isAtRest || deployment.spec.paused === true || revision !== state.stable?.revision) return undefined;
  const text = pinsTextOf(template);
  const isAsked = pinsTextOf(deployment.spec.template) !== '' || state.pinning === true;
  if (!isAsked || text === state.declinedPins) return undefined;
  if (readBypass(deployment, now).is === 'inForce') return {};
  return { hold: { revision: revisionOf(template), by: changedWords(deployment.spec.template, template) } };
}

/** The state without what is over: pins that were asked for and are there, and a refusal of content that has changed since. */
export function withPinningOver(s: Situation): Situation {
  const { pinning, declinedPins, ...state } = s.state;
  if (pinning === undefined && declinedPins === undefined) return s;
  const isPinned = state.stable !== undefined && pinsTextOf(state.stable.template) !== '';
  const isRead = s.seen.config?.sources !== undefined && isKnown(s.seen, 'config');
  const isChanged = isRead && wishFor(s, s.seen.deployment).text !== declinedPins;
  const kept = {
    ...(pinning && !isPinned && { pinning }),
    ...(declinedPins !== undefined && !isChanged && { declinedPins }),
  };
  return { ...s, state: { ...state, ...kept } };
}

/** Who asks for a revision that differs by its content alone: `ConfigMap app, Secret db`. */
function changedWords(before: PodTemplate, after: PodTemplate): string {
  const [old, changed] = [before, after].map((template) => new Set(pinsTextOf(template).split(',')));
  const entries = [...(changed ?? [])].filter((entry) => !old?.has(entry));
  const kinds: Record<string, string> = { configmap: 'ConfigMap', secret: 'Secret' };
  const words = entries.filter(Boolean).map((entry) => {
    const [kind = '', name = ''] = (entry.split('=', 1)[0] ?? '').split('/');
    return `${kinds[kind]} ${name}`;
  });
  return words.length > 0 ? words.join(', ') : 'config tracking';
}

export const pinHoldText = ({ hold }: PinMove): string | undefined => hold && writeHold(hold);

/**
 * Whether a held revision is not started yet, as its pins come first: with them it is another one. Where they are refused it is,
 * and it waits and says for what (`obstacle`).
 */
export const awaitsPins = (s: Situation): boolean =>
  s.seen.revision !== s.state.stable?.revision && s.seen.unpinnable === undefined && pinMove(s) !== undefined;

/** Whether the pods of a template run on content that Headgate could pin. */
export const refersToConfig = ({ config }: Observation, template: PodTemplate): boolean =>
  referencesOf(template).some(({ kind }) => config?.kinds.includes(kind));
