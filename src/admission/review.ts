import type { Deployment, KubeObject } from '../rollout/kube.ts';
import type { Admission, AdmissionRequest } from './request.ts';

const API_VERSION = 'admission.k8s.io/v1';

/** What an AdmissionReview asks about. */
export type ReviewSubject =
  | { kind: 'deployment'; request: AdmissionRequest }
  | { kind: 'canary'; object: Record<string, unknown>; request: Asked }
  /** Nothing that Headgate has a say in: a registration that is too wide. */
  | { kind: 'other' }
  | { kind: 'unreadable'; why: string };

type Asked = Pick<AdmissionRequest, 'namespace' | 'name' | 'user' | 'dryRun'>;

export interface Review {
  /** Empty if there was none; an answer must repeat it. */
  uid: string;
  subject: ReviewSubject;
}

/** A write of an object of any kind, as far as it could be read. */
export interface UpdateReview extends Asked {
  uid: string;
  group: string;
  resource: string;
  /**
   * The stored object, and the one to be stored; there for a write of the object itself. Before it is created there is nothing
   * but its name.
   */
  change?: { before: KubeObject; after: KubeObject };
}

type Fields = Record<string, unknown>;

/** Reads an AdmissionReview, whatever comes: it never throws, and finds the UID wherever there is one. */
export function readReview(body: unknown): Review {
  const request = fields(fields(body)['request']);
  const uid = textOf(request['uid']);
  if (fields(body)['apiVersion'] !== API_VERSION)
    return { uid, subject: unreadable(`apiVersion is not ${API_VERSION}`) };
  if (uid === '') return { uid, subject: unreadable('request.uid is missing') };
  return { uid, subject: subjectOf(request) };
}

const unreadable = (why: string): ReviewSubject => ({ kind: 'unreadable', why });

function subjectOf(request: Fields): ReviewSubject {
  const { group, resource } = fields(request['resource']);
  const { operation, subResource } = request;
  if ((operation !== 'CREATE' && operation !== 'UPDATE') || (subResource ?? '') !== '') return { kind: 'other' };
  const object = fields(request['object']);
  if (group === 'headgate.dev' && resource === 'canaries') return { kind: 'canary', object, request: asked(request) };
  if (group !== 'apps' || resource !== 'deployments') return { kind: 'other' };
  const oldObject = fields(request['oldObject']);
  if (!isDeployment(object)) return unreadable('request.object is not a Deployment');
  if (operation === 'CREATE') return { kind: 'deployment', request: { ...asked(request), operation, object } };
  if (!isDeployment(oldObject)) return unreadable('request.oldObject is not a Deployment');
  return { kind: 'deployment', request: { ...asked(request), operation, object, oldObject } };
}

/** Reads an AdmissionReview about whatever it is; of the objects it says only that they have metadata. */
export function readUpdate(body: unknown): UpdateReview {
  const request = fields(fields(body)['request']);
  const { group, resource } = fields(request['resource']);
  const { operation } = request;
  const after = fields(request['object']);
  const before = operation === 'CREATE' ? { metadata: { name: asked(request).name } } : fields(request['oldObject']);
  const isChange =
    fields(body)['apiVersion'] === API_VERSION &&
    (operation === 'CREATE' || operation === 'UPDATE') &&
    (request['subResource'] ?? '') === '' &&
    isObject(before) &&
    isObject(after);
  return {
    ...asked(request),
    uid: textOf(request['uid']),
    group: textOf(group),
    resource: textOf(resource),
    ...(isChange && { change: { before, after } }),
  };
}

/** A generated name is not there yet when a Deployment is created: its prefix says enough. */
function asked(request: Fields): Asked {
  const metadata = fields(fields(request['object'])['metadata']);
  const names = [request['name'], metadata['name'], metadata['generateName']].map(textOf);
  return {
    namespace: textOf(request['namespace']),
    name: names.find((name) => name !== '') ?? '',
    user: textOf(fields(request['userInfo'])['username']),
    dryRun: request['dryRun'] === true,
  };
}

/** The rules read no further than this without looking. */
function isDeployment(object: Fields): object is Fields & Deployment {
  const template = fields(fields(object['spec'])['template']);
  return (
    isFields(object['metadata']) &&
    isFields(template['spec']) &&
    isMaps(fields(object['metadata'])) &&
    isMaps(fields(template['metadata']))
  );
}

const isObject = (object: Fields): object is Fields & KubeObject => isFields(object['metadata']);

const isMaps = ({ annotations, labels }: Fields): boolean =>
  [annotations, labels].every((map) => map === undefined || (isFields(map) && hasTextsOnly(map)));

/** Not by Object.values: there may be many. */
function hasTextsOnly(map: Fields): boolean {
  for (const key in map) if (!isText(map[key])) return false;
  return true;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const textOf = (value: unknown): string => (isText(value) ? value : '');
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const fields = (value: unknown): Fields => (isFields(value) ? value : {});

/** The answer in the form of an AdmissionReview. */
export function writeReview(uid: string, admission: Admission): object {
  return { apiVersion: API_VERSION, kind: 'AdmissionReview', response: { uid, ...responseOf(admission) } };
}

function responseOf(admission: Admission): object {
  if (admission.kind === 'deny') {
    const { code, reason, message, decision } = admission;
    return { allowed: false, status: { status: 'Failure', code, reason, message }, auditAnnotations: { decision } };
  }
  const { patch, warnings, decision, revision } = admission;
  return {
    allowed: true,
    ...(warnings.length > 0 && { warnings }),
    ...(patch.length > 0 && { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') }),
    auditAnnotations: { decision, ...(revision !== undefined && { revision }) },
  };
}
