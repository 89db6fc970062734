import { BYPASS, CANARY, HELD, RESTARTED_AT } from '../rollout/keys.ts';
import type { Deployment } from '../rollout/kube.ts';
import { canaryName } from '../rollout/names.ts';
import type { Problem } from '../rollout/spec/spec-types.ts';
import { BYPASS_EXAMPLE, BYPASS_MS, MAX_BYPASS } from '../rollout/workload/bypass.ts';
import { type Hold, readRolling } from '../rollout/workload/hold.ts';
import type { Taking } from './taking.ts';

/**
 * Every sentence that the webhook says. kubectl prints a warning as it stands, and a refusal after its own words. They are
 * short: the API server cuts what is longer than 256 characters.
 */
interface Named {
  name: string;
  namespace: string;
  old: Deployment;
}

const BYPASS_MINUTES = BYPASS_MS / 60_000;

const target = ({ name, namespace }: Named): string => `deployment/${name} -n ${namespace}`;
const headgate = (verb: string, { name, namespace }: Named): string =>
  `kubectl headgate ${verb} ${name} -n ${namespace}`;

export const held = (on: Named, { revision, userPaused }: Hold): string =>
  userPaused === true
    ? `headgate: revision ${revision} is held; it starts as ${canaryName(on.name)} once you run: kubectl rollout resume ${target(on)}`
    : `headgate: revision ${revision} is held and runs as ${canaryName(on.name)} first; ${howToWatch(on)}`;

export const replaced = (on: Named, hold: Hold, before: Hold): string =>
  `headgate: revision ${before.revision} is given up for ${hold.revision}, whose analysis starts anew; ${howToWatch(on)}`;

const howToWatch = (on: Named): string =>
  `watch: ${headgate('status', on)} --watch, or kubectl get hgc ${on.name} -n ${on.namespace} -w`;

export const staysPaused = (on: Named, { revision, verdict }: Hold): string =>
  verdict === 'failed'
    ? `headgate: ${on.name} stays paused: revision ${revision} failed; apply another version, or: ${headgate('retry', on)}`
    : `headgate: ${on.name} stays paused until revision ${revision} is promoted; to skip its analysis: ${headgate('promote', on)}`;

export const failedStays = (on: Named, { revision, reason }: Hold): string =>
  `headgate: revision ${revision} failed${reason === undefined ? '' : ` (${clip(reason)})`} and is kept out; to try it again: ${headgate('retry', on)}`;

export const resumed = (on: Named, { revision }: Hold): string =>
  `headgate: revision ${revision} now runs as ${canaryName(on.name)} first; ${on.name} stays paused until it is promoted`;

export const putBack = (keys: readonly string[]): string =>
  `headgate: ${keys.join(', ')} ${keys.length === 1 ? 'is' : 'are'} Headgate's own and ${keys.length === 1 ? 'was' : 'were'} put back`;

export const templateAnnotationsPutBack = (): string =>
  "headgate: annotations headgate.dev/… of the pod template are Headgate's own and were put back";

export const restartWaits = ({ revision }: Hold): string =>
  `headgate: a restart (${RESTARTED_AT}) does nothing while revision ${revision} is held; pods restart with the release`;

export const optInKept = (on: Named): string =>
  `headgate: ${on.name} stays enrolled: removing ${CANARY} does not count in a request that changes the pod template (rollout undo does that); remove it on its own`;

export const bypassIgnored = (on: Named): string =>
  `headgate: ${BYPASS} does not count in the request that brings it with another pod template, and was dropped; annotate ${on.name} first, then change it`;

export const bypassLost = (on: Named): string =>
  `headgate: ${BYPASS} did not come with this request (rollout undo drops it), so it is held; annotate again, then: kubectl rollout resume ${target(on)}`;

export const bypassed = (on: Named, reason: string): string =>
  `headgate: ${on.name} ships without analysis (${BYPASS}: ${clip(reason)}); Headgate removes the bypass after the roll-out`;

export const bypassedPaused = (on: Named): string =>
  `headgate: ${on.name} stays paused, as its user had it; to ship: kubectl rollout resume ${target(on)}`;

export const bypassExpired = (): string =>
  `headgate: ${BYPASS} has expired and does not count; annotate again with another text`;

export const bypassSpent = (): string =>
  `headgate: ${BYPASS} does not count: Headgate has removed one of this text before, and what git carries ships nothing twice; write another text, such as the reason with the time`;

export const bypassUnstamped = (): string =>
  `headgate: ${BYPASS} was written past the webhook and does not count yet; the scheduler gives it ${BYPASS_MINUTES} minutes as soon as it sees it, or annotate again with another text`;

export const bypassUnread = (): string =>
  `headgate: ${BYPASS} says no reason, or until no time, and does not count; annotate again, such as ${BYPASS_EXAMPLE}`;

export const bypassBrought = (): string =>
  `headgate: ${BYPASS} was there before ${CANARY}, and does not count; to ship without analysis, annotate with another text`;

/** When a bypass ends; `isCut`: it asks for more time than it gets. */
interface BypassEnd {
  at: string;
  isCut: boolean;
}

const endOf = ({ at, isCut }: BypassEnd): string =>
  `until ${at.replace(/\.\d+/, '')}${isCut ? ` (cut to ${BYPASS_MINUTES} minutes)` : ''}`;

export const bypassArmed = (on: Named, end: BypassEnd): string =>
  `headgate: from the next request on and ${endOf(end)}, changes of ${on.name} ship without analysis; Headgate removes ${BYPASS} then, or after the roll-out`;

export const bypassArmedHeld = (on: Named, revision: string, end: BypassEnd): string =>
  `headgate: the bypass counts from the next request on and ${endOf(end)}; to ship the held revision ${revision} without analysis: kubectl rollout resume ${target(on)}`;

export const enrolled = (on: Named): string =>
  `headgate: ${on.name} is enrolled: the next change of its pod template runs as ${canaryName(on.name)} first`;

/** What a release will take, in the order in which it is looked for: what the cluster has is not looked up for an answer. */
export function taken({ name }: Pick<Named, 'name'>, { service, port, label }: Taking): string {
  const made = port === undefined ? 'without one it cannot be released' : `else one that is made, of ${port}`;
  const found = service === undefined ? `that of its name, else the only one that selects its pods, ${made}` : service;
  return cut(
    `headgate: the Service whose traffic ${name} divides is ${found}; the label ${label} tells its canary apart`,
  );
}

/** A Canary has the settings, and is not looked up for an answer. */
export const takenByCanary = ({ name }: Pick<Named, 'name'>, canary: string): string =>
  cut(`headgate: which Service, port and label ${name} takes is said by Canary ${canary}`);

export const stateDropped = (pauseStays: boolean): string =>
  `headgate: ${HELD} came with the object and was dropped${pauseStays ? "; its user's own pause stays" : ' with its pause'}; nothing is held`;

/** It keeps within the length itself: what is cut off is the end of the advice. */
export const doubt = ({ key, message }: Problem): string => cut(`headgate: ${key} ${message}`);

const cut = (text: string): string => text.slice(0, 256);

export const optOutWhileHeld = (on: Named): string =>
  `${on.name} cannot leave while a revision is held: promote it (${headgate('promote', on)}) or go back (${headgate('revert', on)}), then remove ${CANARY}`;

export const unreadableHold = (on: Named): string =>
  `the annotation ${HELD} of ${on.name} cannot be read, so nothing is changed; to go past it: kubectl annotate ${target(on)} ${BYPASS}="<reason>", then repeat this request`;

export const unusableBypass = (text: string): string =>
  text.length > MAX_BYPASS
    ? `${BYPASS} is ${text.length} characters long; at most ${MAX_BYPASS} are taken, such as ${BYPASS_EXAMPLE}`
    : `${BYPASS}: ${JSON.stringify(text)}: wanted a reason in one line, and perhaps until when, such as ${BYPASS_EXAMPLE}`;

/** @param keys of the Deployments, `namespace/name` */
export const weightsKept = (keys: readonly string[]): string =>
  `headgate: ${clip(keys.join(', '))} ${keys.length === 1 ? 'divides' : 'divide'} the traffic of this route with ${keys.length === 1 ? 'its canary' : 'their canaries'}: the weights between them stay as they are, all else was changed`;

export const routeTooLarge = (): string =>
  'headgate: this route has too many rules for its weights to be kept in the same write; they are set again within seconds';

export const brokenAnswer = (on: Named): string =>
  `the change of ${on.name} could not be prepared (its patch does not give the wanted object); nothing was changed; please report this`;

/** `from` counts pods that run an older template; 0: nobody has counted yet, or all were stopped first. */
export function stillRolling(on: Named, from: number): string {
  const { old } = on;
  const updated = old.status?.updatedReplicas ?? 0;
  const counted = `${updated} of ${old.spec.replicas ?? 1} pods are new, ${from} old ${from === 1 ? 'one is' : 'ones are'} left`;
  const now = `${on.name} is still rolling out ${imageOf(old)}: ${from === 0 ? 'not all pods are there' : counted}`;
  if (old.spec.paused === true)
    return `${now}, and it is paused; finish that first (kubectl rollout resume ${target(on)}), then apply again`;
  const back = readRolling(old) === undefined ? '' : ', or go back to the version before';
  return `${now}; apply again when it is done (kubectl rollout status ${target(on)})${back}`;
}

/** What people call a version: the image of the first container, without its registry. */
const imageOf = ({ spec }: Deployment): string =>
  spec.template.spec.containers[0]?.image?.split('/').at(-1) ?? 'a change';

const clip = (text: string): string => (text.length > 80 ? `${text.slice(0, 79)}…` : text);
