import jsonPatch from 'fast-json-patch';
import type { KubeObject } from '../rollout/kube.ts';
import type { Judgement } from './judge.ts';
import { type AdmissionApproval, type JsonPatchOperation, pass } from './request.ts';
import { readUpdate, type UpdateReview, writeReview } from './review.ts';

/** What becomes of a write of one object. */
export type UpdateRule = (update: Required<UpdateReview>) => AdmissionApproval;

/**
 * Judges a write of an object that is no Deployment, by anybody but the scheduler. It never refuses: what cannot be read, or is no
 * update, passes as it is.
 */
export function judgeUpdate(body: unknown, schedulerUser: string, rule: UpdateRule): Judgement {
  const update = readUpdate(body);
  const { admission, error } = attempt(() => answerTo(update, schedulerUser, rule));
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
export const passLateUpdate = (body: unknown): Judgement => judgeUpdate(body, '', pass);

function attempt(answer: () => AdmissionApproval): { admission: AdmissionApproval; error?: unknown } {
  try {
    return { admission: answer() };
  } catch (error) {
    return { admission: pass(), error };
  }
}

function answerTo({ change, ...update }: UpdateReview, schedulerUser: string, rule: UpdateRule): AdmissionApproval {
  if (change === undefined || update.user === schedulerUser) return pass();
  const answer = rule({ ...update, change });
  return { ...answer, patch: fitting(answer.patch, change.after) };
}

/** A patch that does not apply would reject the request, whatever the failure policy says. No operation needs another one. */
function fitting(patch: JsonPatchOperation[], object: KubeObject): JsonPatchOperation[] {
  const misfit = patch.find((operation) => !fits(operation, object));
  if (misfit !== undefined) throw new Error(`${misfit.op} ${misfit.path} does not fit the object`);
  return patch;
}

function fits({ op, path }: JsonPatchOperation, object: KubeObject): boolean {
  const holder: unknown = jsonPatch.getValueByPointer(object, path.slice(0, path.lastIndexOf('/')));
  const isThere = jsonPatch.getValueByPointer(object, path) !== undefined;
  return typeof holder === 'object' && holder !== null && (op === 'add' || isThere);
}
