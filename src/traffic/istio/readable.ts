import type { KubeObject } from '../../rollout/kube.ts';
import { isRecord } from '../../rollout/spec/rules/findings.ts';
import type { VirtualService } from './reach/objects.ts';

/** Whether an object has the shape of a VirtualService, as far as its weights depend on it: a webhook sees what nobody has validated yet. */
export function isReadable(object: KubeObject): object is VirtualService {
  const { metadata, spec } = object;
  const { labels = {}, annotations = {} } = metadata;
  const { http = [] } = (spec ?? {}) as Partial<VirtualService['spec']>;
  return isRecord(spec) && isRecord(labels) && isRecord(annotations) && Array.isArray(http) && http.every(isRule);
}

const isRule = (rule: unknown): boolean =>
  isRecord(rule) && isTextOrNone(rule['name']) && (rule['route'] === undefined || isRoute(rule['route']));

const isRoute = (route: unknown): boolean => Array.isArray(route) && route.every(isEntry);

const isEntry = (entry: unknown): boolean =>
  isRecord(entry) &&
  isRecord(entry['destination']) &&
  typeof entry['destination']['host'] === 'string' &&
  (entry['weight'] === undefined || Number.isInteger(entry['weight']));

const isTextOrNone = (value: unknown): boolean => value === undefined || typeof value === 'string';
