import { ACTIONS, MAX_COMMAND } from '../rollout/machine/commands/command-annotation.ts';
import type { Phase } from '../rollout/machine/state.ts';
import { GATE_TYPES } from '../rollout/spec/schema/hook-types.ts';

/**
 * What a request does, in CEL. Each is a variable of the policies that judge the request; `notes`, `oldNotes`, `steers` and
 * `elsewhere` stand in the policies themselves.
 */
export const STEERS = 'variables.steers';
export const PROMOTES = 'variables.promotes';
export const SKIPS_APPROVAL = 'variables.skipsApproval';
export const LIFTS_APPROVAL = 'variables.liftsApproval';
export const BYPASSES = 'variables.bypasses';
export const SETS_TRAFFIC_POLICY = 'variables.setsTrafficPolicy';
export const CHANGES_OWNER = 'variables.changesOwner';
/** Each request that the policy has. */
export const ALWAYS = 'true';
/** Names of the Canary that a request is about. */
export const OF_CANARY = 'object.metadata.?name.orValue("")';
export const OF_DEPLOYMENT = 'variables.canaryName';

/**
 * A command that is surely not a promotion: the one form that Headgate writes itself, with blanks wherever JSON takes them. As
 * no text in it may have a quote or a backslash, nothing is spelt in another way and no key is there twice. Whatever else
 * stands in the annotation counts as a promotion.
 */
export const HARMLESS_COMMAND = ((): string => {
  const action = ACTIONS.filter((name) => name !== 'promote').join('|');
  const text = (words: string) => String.raw`\s*"${words}"\s*`;
  const any = String.raw`[^"\\]*`;
  const entry = (key: string, words: string) => `${text(key)}:${text(words)}`;
  return String.raw`^\s*\{${entry('id', any)},${entry('action', `(${action})`)}(,${entry('revision', any)})?\}\s*$`;
})();

/** Approvals that a promotion skips: it is refused in the phase in which a release is confirmed. */
const SKIPPED = GATE_TYPES.filter((type) => type !== 'confirm-rollout');

/** Phases in which a revision is held; one that failed may be tried again. */
const HELD_PHASES: readonly Phase[] = ['Waiting', 'Progressing', 'Paused', 'Failed'];

/** By which a release gets to its end without an approval that it would have come to; targetRef never changes. */
const PATHS_PAST = ['skipAnalysis', ...['maxWeight', 'stepWeight', 'stepWeights'].map((key) => `analysis.?${key}`)];
const NOTES_PAST = ['canary', 'webhooks', 'skip-analysis', 'max-weight', 'step-weight', 'step-weights'];

const list = (words: readonly string[]): string => `[${words.map((word) => JSON.stringify(word)).join(', ')}]`;
const note = (notes: string, key: string): string => `${notes}[?"headgate.dev/${key}"]`;
const COMMAND = 'metadata.?annotations[?"headgate.dev/command"].orValue("")';
const HOOKS = 'spec.?analysis.?webhooks.orValue([])';
const TRAFFIC_POLICY = 'spec.?service.?trafficPolicy';

const OWNERS = 'metadata.?ownerReferences';

/** Of the Canary that is stored. */
const IS_HELD = `oldObject.?status.?phase.orValue("") in ${list(HELD_PHASES)}`;
const APPROVES = `h.?type.orValue("") in ${list(GATE_TYPES)}`;

const ofCanaries: Record<string, string> = {
  command: `object.${COMMAND}`,
  promotes: `variables.command != "" && (oldObject == null || oldObject.${COMMAND} != variables.command) &&
    (variables.command.size() > ${MAX_COMMAND} || !variables.command.matches(r'${HARMLESS_COMMAND}'))`,
  // Of what is stored: a request that promotes may take approvals away too.
  storedHooks: `oldObject == null ? object.?${HOOKS} : oldObject.?${HOOKS}`,
  skipsApproval: `variables.promotes && variables.storedHooks.exists(h, h.?type.orValue("") in ${list(SKIPPED)})`,
  // Kubernetes deletes an object whose owner is gone; it takes such owners off by itself.
  changesOwner: `oldObject != null && object.${OWNERS} != oldObject.${OWNERS} &&
    !request.userInfo.username.startsWith("system:serviceaccount:kube-system:") &&
    request.userInfo.username != "system:kube-controller-manager"`,
  approvals: `oldObject == null ? [] : variables.storedHooks.filter(h, ${APPROVES})`,
  liftsApproval: `variables.approvals.size() > 0 && ${IS_HELD} &&
    (variables.changesOwner || variables.approvals.exists(h, !(h in object.?${HOOKS})) ||
    ${PATHS_PAST.map((path) => `object.?spec.?${path} != oldObject.?spec.?${path}`).join(' ||\n    ')})`,
  setsTrafficPolicy: `object.?${TRAFFIC_POLICY} != (oldObject == null ? optional.none() : oldObject.?${TRAFFIC_POLICY})`,
};

const ofDeployments: Record<string, string> = {
  bypasses: `${note('variables.notes', 'bypass')}.orValue("") != "" &&
    ${note('variables.notes', 'bypass')} != ${note('variables.oldNotes', 'bypass')}`,
  optIn: `${note('variables.oldNotes', 'canary')}.orValue(${note('variables.notes', 'canary')}.orValue("true"))`,
  canaryName: `variables.optIn.startsWith("canary/") ? variables.optIn.substring(7) : object.metadata.?name.orValue("")`,
  // Hooks are YAML: a word with a backslash may be any. Those of a Canary are not known here.
  hasApprovals: `variables.optIn != "true" || ["confirm-", "\\\\"].exists(word,
    ${note('variables.oldNotes', 'webhooks')}.orValue("").contains(word))`,
  liftsApproval: `${note('variables.oldNotes', 'held')}.hasValue() && ${note('variables.oldNotes', 'canary')}.hasValue() &&
    variables.hasApprovals && (variables.optIn == "true" ? ${list(NOTES_PAST)} : ["canary"]).exists(key,
    variables.notes[?("headgate.dev/" + key)] != variables.oldNotes[?("headgate.dev/" + key)])`,
  setsTrafficPolicy: `${note('variables.notes', 'traffic-policy')} != ${note('variables.oldNotes', 'traffic-policy')}`,
};

/** One that is made anew remembers nothing, and may have no approvals. */
const ofCanaryDeletions: Record<string, string> = {
  liftsApproval: `${IS_HELD} && oldObject.?${HOOKS}.exists(h, ${APPROVES})`,
};

/** The variables by which the policies know what a request does: in this order, by their names. */
export const VARIABLES = {
  canaries: ofCanaries,
  deployments: ofDeployments,
  canaryDeletions: ofCanaryDeletions,
} as const;
