import { doubtsIn } from '../rollout/spec/rules/doubts.ts';
import { normaliseSpec } from '../rollout/spec/spec.ts';
import { explain } from '../rollout/spec/wording/explain.ts';
import { admit } from './admit.ts';
import { doubt } from './messages.ts';
import { type Admission, type AdmissionContext, broken, invalid, pass, refuse } from './request.ts';
import { type ReviewSubject, readReview, writeReview } from './review.ts';

/** One review judged: the answer to send, and what is to be told and done about it afterwards. */
export interface Judgement {
  uid: string;
  admission: Admission;
  answer: object;
  /** `namespace/name`; empty when the request could not be read that far. */
  about: string;
  user: string;
  dryRun: boolean;
  /** What was thrown, if anything was. */
  error?: unknown;
}

/** Judges whatever was sent. Doubt refuses, and so does a mistake of ours: it never throws. */
export function judgeReview(body: unknown, context: AdmissionContext): Judgement {
  const { uid, subject } = readReview(body);
  const request = 'request' in subject ? subject.request : undefined;
  const about = request ? `${request.namespace}/${request.name}` : '';
  const { admission, error } = attempt(() => answerTo(subject, context));
  return {
    uid,
    admission,
    about,
    answer: writeReview(uid, admission),
    user: request?.user ?? '',
    dryRun: request?.dryRun ?? false,
    ...(error !== undefined && { error }),
  };
}

/** Refuses a review without judging it, as the API server has given up waiting for the answer. */
export function refuseLateReview(body: unknown): Judgement {
  const { uid } = readReview(body);
  const admission = broken('the answer came too late; try again');
  return { uid, admission, answer: writeReview(uid, admission), about: '', user: '', dryRun: true };
}

function attempt(answer: () => Admission): { admission: Admission; error?: unknown } {
  try {
    return { admission: answer() };
  } catch (error) {
    return {
      admission: broken('the request could not be judged, and nothing was changed; see the log of the webhook'),
      error,
    };
  }
}

function answerTo(subject: ReviewSubject, context: AdmissionContext): Admission {
  switch (subject.kind) {
    case 'deployment':
      return admit(subject.request, context);
    case 'canary':
      return judgeCanary(subject.object);
    case 'other':
      return pass();
    case 'unreadable':
      return refuse(`this is no request that can be judged: ${subject.why}`);
  }
}

/**
 * A Canary with a wrong spec is refused. Whether what it names exists is not looked up here: its conditions say that later.
 */
function judgeCanary({ spec }: Record<string, unknown>): Admission {
  const outcome = normaliseSpec(spec);
  if (!outcome.ok) return invalid(explain(outcome.problems));
  return { ...pass(), warnings: doubtsIn(outcome.value).map(doubt) };
}
