import { giveWay } from '../../src/admission/give-way.ts';
import { judgeReview } from '../../src/admission/judge.ts';
import { judgeUpdate } from '../../src/admission/judge-update.ts';
import { keepRoute } from '../../src/admission/keep-route.ts';
import type { Admission } from '../../src/admission/request.ts';
import type { Deployment, KubeObject } from '../../src/rollout/kube.ts';
import { istio } from '../../src/traffic/istio/provider.ts';
import { NOW, SCHEDULER } from '../admission/build.ts';
import { review } from '../admission/webhook.ts';

/**
 * What the webhook does with one request, from the parsed body to the text of its answer. To parse the body is V8's: that is
 * linear in its bytes, and the same for every server of the cluster.
 */
export interface Request {
  work: () => Admission;
}

const request = (review: object, judge: (body: unknown) => { admission: Admission; answer: object }): Request => {
  const body: unknown = JSON.parse(JSON.stringify(review));
  const work = (): Admission => {
    const { admission, answer } = judge(body);
    JSON.stringify(answer);
    return admission;
  };
  return { work };
};

const gate = (body: unknown) => judgeReview(body, { schedulerUser: SCHEDULER, now: NOW });

export const update = (object: Deployment, old: Deployment): Request => request(review(object, old), gate);
export const create = (object: Deployment): Request => request(review(object), gate);

const CANARIES = { group: 'headgate.dev', version: 'v1', resource: 'canaries' };

export const canary = (spec: unknown): Request =>
  request(review({ metadata: { name: 'podinfo' }, spec }, undefined, { resource: CANARIES }), gate);

const ROUTES = { group: 'networking.istio.io', version: 'v1', resource: 'virtualservices' };

export const route = (object: KubeObject, old: KubeObject): Request =>
  request(review(object, undefined, { resource: ROUTES, operation: 'UPDATE', oldObject: old }), (body) =>
    judgeUpdate(body, SCHEDULER, keepRoute(istio)),
  );

const SERVICES = { group: '', version: 'v1', resource: 'services' };

export const generatedService = (object: KubeObject, old: KubeObject): Request =>
  request(review(object, undefined, { resource: SERVICES, operation: 'UPDATE', oldObject: old }), (body) =>
    judgeUpdate(body, SCHEDULER, giveWay),
  );
