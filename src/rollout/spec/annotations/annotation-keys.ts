import * as keys from '../../keys.ts';
import { PREFIX } from '../../keys.ts';
import { type Path, pathText } from '../rules/findings.ts';
import {
  asAutoscaler,
  asFlag,
  asList,
  asMap,
  asNumber,
  asNumbers,
  asSeconds,
  asText,
  asTexts,
  type TextReading,
} from './annotation-text.ts';

export interface Setting {
  /** The field of the user's form that the annotation sets. */
  path: Path;
  read: (text: string) => TextReading;
  /** The text is YAML, so that a part of it has a path of its own. */
  isYaml?: true;
}

/** The annotations that set something, without the prefix. */
export const SETTINGS: ReadonlyMap<string, Setting> = new Map<string, Setting>([
  ['interval', { path: ['analysis', 'interval'], read: asText }],
  ['threshold', { path: ['analysis', 'threshold'], read: asNumber }],
  ['max-weight', { path: ['analysis', 'maxWeight'], read: asNumber }],
  ['step-weight', { path: ['analysis', 'stepWeight'], read: asNumber }],
  ['step-weights', { path: ['analysis', 'stepWeights'], read: asNumbers }],
  ['metrics', { path: ['analysis', 'metrics'], read: asList, isYaml: true }],
  ['webhooks', { path: ['analysis', 'webhooks'], read: asList, isYaml: true }],
  ['alerts', { path: ['analysis', 'alerts'], read: asList, isYaml: true }],
  ['inconclusive-limit', { path: ['analysis', 'inconclusiveLimit'], read: asNumber }],
  ['error-limit', { path: ['analysis', 'errorLimit'], read: asNumber }],
  ['unready-grace', { path: ['analysis', 'unreadyGrace'], read: asText }],
  ['service', { path: ['service', 'name'], read: asText }],
  ['port', { path: ['service', 'port'], read: asNumber }],
  ['port-name', { path: ['service', 'portName'], read: asText }],
  ['target-port', { path: ['service', 'targetPort'], read: asNumber }],
  ['routes', { path: ['service', 'routes'], read: asTexts }],
  ['hosts', { path: ['service', 'hosts'], read: asTexts }],
  ['gateways', { path: ['service', 'gateways'], read: asTexts }],
  ['timeout', { path: ['service', 'timeout'], read: asText }],
  ['retries', { path: ['service', 'retries'], read: asMap, isYaml: true }],
  ['headers', { path: ['service', 'headers'], read: asMap, isYaml: true }],
  ['match', { path: ['service', 'match'], read: asList, isYaml: true }],
  ['rewrite', { path: ['service', 'rewrite'], read: asMap, isYaml: true }],
  ['cors-policy', { path: ['service', 'corsPolicy'], read: asMap, isYaml: true }],
  ['traffic-policy', { path: ['service', 'trafficPolicy'], read: asMap, isYaml: true }],
  ['progress-deadline', { path: ['progressDeadlineSeconds'], read: asSeconds }],
  ['rollback-window', { path: ['rollbackWindow'], read: asText }],
  ['skip-analysis', { path: ['skipAnalysis'], read: asFlag }],
  ['suspend', { path: ['suspend'], read: asFlag }],
  ['config-tracking', { path: ['configTracking'], read: asText }],
  ['autoscaler', { path: ['autoscalerRef'], read: asAutoscaler }],
  ['selector-label', { path: ['selectorLabel'], read: asText }],
]);

/** Every key with the prefix that Headgate itself uses: on a Deployment, its pods or what it generates. */
const OWN: ReadonlySet<string> = new Set(
  Object.values(keys).filter((key) => typeof key === 'string' && key !== PREFIX),
);

/** Whether Headgate itself uses the key. */
export const isOwn = (key: string): boolean => OWN.has(key);

/** What a person may write, whole keys. */
export const WRITABLE: readonly string[] = [
  keys.CANARY,
  ...[...SETTINGS.keys()].map((name) => PREFIX + name),
  keys.BYPASS,
];

const startsWith = (path: Path, start: Path): boolean => start.every((key, index) => path[index] === key);

/** The annotation by which a field of the form is set, and where inside it the field is. */
export function settingAt(path: Path): { key: string; setting: Setting; inside: Path } | undefined {
  for (const [name, setting] of SETTINGS) {
    if (startsWith(path, setting.path)) return { key: PREFIX + name, setting, inside: path.slice(setting.path.length) };
  }
  return undefined;
}

/** `headgate.dev/metrics[0].name`, for a field of the form; a field that no annotation sets comes from the Deployment. */
export function annotationKey(path: Path): string {
  const found = settingAt(path);
  return found === undefined ? pathText('spec', path) : pathText(found.key, found.inside);
}
