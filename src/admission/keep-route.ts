import jsonPatch from 'fast-json-patch';
import type { KubeObject } from '../rollout/kube.ts';
import type { PatchOperation } from '../rollout/object-change.ts';
import type { KeptWeights, TrafficProvider } from '../traffic/provider.ts';
import type { Judgement } from './judge.ts';
import * as messages from './messages.ts';
import { type AdmissionApproval, type JsonPatchOperation, pass } from './request.ts';
import { readUpdate, type UpdateReview, writeReview } from './review.ts';

export interface RouteContext {
  /** User name of the scheduler, the only one who moves weights. */
  schedulerUser: string;
  provider: Pick<TrafficProvider, 'sources' | 'keep'>;
}

/**
 * Judges a write of a user's route: it passes, with the weights and Headgate's label as they were. Pure, and it never refuses:
 * what cannot be read passes as it is, and the scheduler mends what that moves.
 */
export function judgeRoute(body: unknown, context: RouteContext): Judgement {
  const update = readUpdate(body);
  const { admission, error } = attempt(() => keepRoute(update, context));
  const { uid, namespace, name, user, dryRun } = update;
  return {
    uid,
    admission,
    answer: writeReview(uid, admission),
    about: name === '' ? '' : `${namespace}/${name}`,
    user,
    dryRun,
    ...(error !== undefined && { error }),
  };
}

/** Nobody waits for the answer any more. */
export const passLateRoute = (body: unknown): Judgement =>
  judgeRoute(body, { schedulerUser: '', provider: { sources: [], keep: () => ({ operations: [], overruled: [] }) } });

function attempt(answer: () => AdmissionApproval): { admission: AdmissionApproval; error?: unknown } {
  try {
    return { admission: answer() };
  } catch (error) {
    return { admission: pass(), error };
  }
}

function keepRoute(update: UpdateReview, { schedulerUser, provider }: RouteContext): AdmissionApproval {
  const { change, user } = update;
  if (change === undefined || user === schedulerUser || !isRoute(update, provider)) return pass();
  const kept = provider.keep(change.before, change.after);
  const warnings = warningsOf(kept);
  if (kept.operations.length === 0) return { ...pass(), warnings };
  return { kind: 'patch', decision: 'weights', patch: fitting(kept, change.after), warnings };
}

const isRoute = ({ group, resource }: UpdateReview, { sources }: RouteContext['provider']): boolean =>
  sources.some(
    ({ kind, isRoute: carriesWeights }) => carriesWeights && kind.group === group && kind.plural === resource,
  );

/** A patch that does not apply would reject the request, whatever the failure policy says. No operation needs another one. */
function fitting({ operations }: KeptWeights, object: KubeObject): JsonPatchOperation[] {
  const misfit = operations.find((operation) => !fits(operation, object));
  if (misfit !== undefined) throw new Error(`${misfit.op} ${misfit.path} does not fit the object`);
  return [...operations];
}

function fits({ op, path }: PatchOperation, object: KubeObject): boolean {
  const holder: unknown = jsonPatch.getValueByPointer(object, path.slice(0, path.lastIndexOf('/')));
  const isThere = jsonPatch.getValueByPointer(object, path) !== undefined;
  return typeof holder === 'object' && holder !== null && (op === 'add' || isThere);
}

const warningsOf = ({ overruled, isTooLarge }: KeptWeights): string[] => [
  ...(overruled.length === 0 ? [] : [messages.weightsKept(overruled)]),
  ...(isTooLarge ? [messages.routeTooLarge()] : []),
];
