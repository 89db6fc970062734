import { BYPASS, CANARY, HELD, PREFIX } from '../rollout/keys.ts';
import type { Deployment, PodTemplate } from '../rollout/kube.ts';
import { prefixed } from '../rollout/prefixed.ts';
import { type BypassStanding, readBypass } from '../rollout/workload/bypass.ts';
import { type Hold, type HoldReading, readHold } from '../rollout/workload/hold.ts';
import { isSame, revisionOf, sameRevision } from '../rollout/workload/template.ts';
import type { AdmissionContext, AdmissionRequest } from './request.ts';

/**
 * How the pod template differs from the stored one: not at all; in what makes no revision (`kubectl rollout restart`); or
 * in what does.
 */
export type TemplateChange = 'same' | 'restart' | 'revision';

/**
 * Everything the rules ask about an UPDATE. All of it follows from the old object, the user, and what the request says of
 * template, pause and settings, never from what Headgate itself wrote in an earlier round: the API server may call again
 * with the answer applied (reinvocation), and must then get the same one.
 */
export interface Change {
  namespace: string;
  name: string;
  user: string;
  old: Deployment;
  /** As sent. */
  sent: Deployment;
  /** The template as sent, with Headgate's own annotations put back to what they were. */
  template: PodTemplate;
  templateChange: TemplateChange;
  /** Revision of `template`; computed where somebody asks, as the template may be large. */
  revision: string;
  wasIn: boolean;
  isIn: boolean;
  /** The opt-in was taken away together with a template change (`rollout undo` restores old annotations): it stays. */
  optInKept: boolean;
  /** The gate as it was; open for a Deployment that was not opted in, whatever its annotations say. */
  gate: HoldReading;
  /** How the stored bypass stands. */
  standing: BypassStanding;
  /** It is in force, and stands on old and new alike. */
  bypass: boolean;
  /** The pause that the user wants, apart from the hold's. */
  ownPause: boolean;
  now: number;
}

export function changeOf(request: AdmissionRequest & { oldObject: Deployment }, { now }: AdmissionContext): Change {
  const { oldObject: old, object: sent, namespace, name, user } = request;
  const template = withOwnAnnotationsOf(old.spec.template, sent.spec.template);
  const templateChange = compareTemplates(old.spec.template, template);
  const wasIn = isOptedIn(old);
  const optInKept = wasIn && !isOptedIn(sent) && templateChange !== 'same';
  const gate: HoldReading = wasIn ? readHold(old) : { state: 'open' };
  const standing = readBypass(old, now);
  let revision: string | undefined;
  return {
    namespace,
    name,
    user,
    old,
    sent,
    template,
    templateChange,
    wasIn,
    optInKept,
    gate,
    now,
    isIn: isOptedIn(sent) || optInKept,
    standing,
    bypass: wasIn && annotationOf(old, BYPASS) === annotationOf(sent, BYPASS) && isInForce(standing),
    ownPause: ownPauseOf(sent, gate),
    get revision() {
      revision ??= revisionOf(template);
      return revision;
    },
  };
}

export const annotationOf = ({ metadata }: Deployment, key: string): string | undefined => metadata.annotations?.[key];

/** Whether the opt-in stands there, whatever it says. */
export const isOptedIn = (deployment: Deployment): boolean => annotationOf(deployment, CANARY) !== undefined;

/** A text that says no reason was written past the webhook. */
const isInForce = (bypass: BypassStanding): boolean => bypass.is === 'inForce' && bypass.reason !== undefined;

function compareTemplates(old: PodTemplate, template: PodTemplate): TemplateChange {
  if (!sameRevision(old, template)) return 'revision';
  return isSame({ ...old, spec: undefined }, { ...template, spec: undefined }) ? 'same' : 'restart';
}

/** The template with its `headgate.dev/` annotations replaced by those of the old one. */
function withOwnAnnotationsOf(old: PodTemplate, template: PodTemplate): PodTemplate {
  const wanted = ownAnnotations(old);
  if (isSame(wanted, ownAnnotations(template))) return template;
  const { annotations, ...metadata } = template.metadata ?? {};
  const others = Object.entries(annotations ?? {}).filter(([key]) => !key.startsWith(PREFIX));
  const merged = Object.fromEntries([...others, ...Object.entries(wanted)]);
  const kept = Object.keys(merged).length > 0 || old.metadata?.annotations !== undefined;
  return { ...template, metadata: { ...metadata, ...(kept && { annotations: merged }) } };
}

const ownAnnotations = ({ metadata }: PodTemplate): Record<string, string> =>
  Object.fromEntries(prefixed(metadata?.annotations));

/**
 * A pause that comes with a `held` other than the stored one is Headgate's, from an earlier round; that round left the
 * user's wish in `userPaused`. While a hold stands, the user's own pause is the one that the hold remembers, until a
 * request takes the pause away.
 */
function ownPauseOf(sent: Deployment, gate: HoldReading): boolean {
  const paused = sent.spec.paused === true;
  const ours = earlierRound(sent, gate);
  if (gate.state === 'open') return ours ? ours.userPaused === true : paused;
  const before = gate.state === 'held' && gate.hold.userPaused === true;
  return before && paused && !(ours && ours.userPaused !== true);
}

function earlierRound(sent: Deployment, gate: HoldReading): Hold | undefined {
  if (gate.state === 'held' && gate.raw === annotationOf(sent, HELD)) return undefined;
  const round = readHold(sent);
  return round.state === 'held' ? round.hold : undefined;
}
