import type { Deployment } from '../rollout/kube.ts';
import { problemsOf } from '../rollout/spec/rules/deployment-problems.ts';
import { doubtsOf } from '../rollout/spec/rules/doubts.ts';
import { explain } from '../rollout/spec/wording/explain.ts';
import { annotationOf, type Change, changeOf, isOptedIn } from './change.ts';
import { admitCreate } from './create.ts';
import { type GateMove, gateMove } from './gate.ts';
import * as messages from './messages.ts';
import { isSetting, modelOf } from './model.ts';
import { patchTo } from './patch.ts';
import { admissionRefusal } from './refusals.ts';
import {
  type Admission,
  type AdmissionContext,
  type AdmissionDecision,
  type AdmissionRequest,
  broken,
  invalid,
  pass,
} from './request.ts';
import { warningsOf } from './warnings.ts';

/**
 * The answer to one request about a Deployment. Pure: the same request gives the same answer, and a request with that
 * answer applied gives an answer that changes nothing more. It only ever closes the gate, but for break-glass.
 */
export function admit(request: AdmissionRequest, context: AdmissionContext): Admission {
  const { operation, oldObject, object, user } = request;
  if (operation === 'CREATE' || oldObject === undefined) return admitCreate(request);
  if (!isOptedIn(oldObject) && !isOptedIn(object)) return pass();
  // What the scheduler does to an enrolled Deployment (lift, verdict, way back) is decided; its opt-ins are as anybody's.
  if (user === context.schedulerUser && isOptedIn(oldObject)) return pass();
  return admitUpdate(changeOf({ ...request, oldObject }, context));
}

function admitUpdate(change: Change): Admission {
  const move = gateMove(change);
  const refusal = admissionRefusal(change, move);
  if (refusal) return refusal;
  const model = modelOf(change, move);
  const problems = mustBeRight(change, model) ? problemsOf(asWritten(change, model)) : [];
  if (problems.length > 0) return invalid(explain(problems));
  const patch = patchTo(change.sent, model);
  if (patch === undefined) return broken(messages.brokenAnswer(change));
  const decision = decisionOf(change, move, model);
  return {
    kind: patch.length > 0 ? 'patch' : 'pass',
    decision,
    patch,
    warnings: [...warningsOf(change, move, model), ...doubtsAbout(change, model)],
    ...('hold' in move && { revision: move.hold.revision }),
    ...(isQueued(decision, move) && { queueKey: `${change.namespace}/${change.name}` }),
  };
}

/** Settings are judged where a request changes them, or changes a template that is to be released by them. */
function mustBeRight(change: Change, model: Deployment): boolean {
  const { isIn, wasIn, old, sent, template, templateChange, bypass } = change;
  if (!isIn) return false;
  if (!wasIn || settingsDiffer(old, model) || template !== sent.spec.template) return true;
  return templateChange === 'revision' && !bypass;
}

/** Told where settings are written, and not at each release by them. */
const doubtsAbout = ({ isIn, wasIn, old }: Change, model: Deployment): string[] =>
  isIn && (!wasIn || settingsDiffer(old, model)) ? doubtsOf(model).map(messages.doubt) : [];

/** With the template as its user wrote it, so that settings in the wrong place are found and not just put back. */
const asWritten = ({ sent }: Change, model: Deployment): Deployment => ({
  ...model,
  spec: { ...model.spec, template: sent.spec.template },
});

function settingsDiffer(old: Deployment, model: Deployment): boolean {
  const settingsOf = ({ metadata }: Deployment) => Object.keys(metadata.annotations ?? {}).filter(isSetting);
  return [...settingsOf(old), ...settingsOf(model)].some((key) => annotationOf(old, key) !== annotationOf(model, key));
}

function decisionOf(change: Change, move: GateMove, model: Deployment): AdmissionDecision {
  const { wasIn, isIn, old, templateChange, bypass } = change;
  if (move.do === 'hold' || move.do === 'replace') return move.do;
  if (move.do === 'break' || (isIn && bypass && templateChange === 'revision')) return 'bypass';
  if (wasIn !== isIn) return isIn ? 'opt-in' : 'opt-out';
  if (settingsDiffer(old, model)) return 'settings';
  if (move.do === 'leave') return templateChange === 'restart' ? 'restart' : 'pass';
  return 'keep';
}

const QUEUED: ReadonlySet<AdmissionDecision> = new Set(['hold', 'replace', 'bypass', 'opt-in', 'opt-out', 'settings']);

const isQueued = (decision: AdmissionDecision, move: GateMove): boolean =>
  QUEUED.has(decision) || (move.do === 'keep' && move.resumed);
