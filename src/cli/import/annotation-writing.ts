import { isDeepStrictEqual } from 'node:util';
import { CANARY, PREFIX } from '../../rollout/keys.ts';
import { SETTINGS, type Setting } from '../../rollout/spec/annotations/annotation-keys.ts';
import { isNumber, isRecord, valueAt } from '../../rollout/spec/rules/findings.ts';
import { formatDuration } from '../../rollout/spec/schema/durations.ts';
import { yamlText } from '../yaml-text.ts';

/** The annotations of a Deployment that say what the `spec` of a Canary says, the opt-in first. */
export function annotationsOf(spec: unknown): Record<string, string> {
  const settings = [...SETTINGS].flatMap(([name, setting]): [string, string][] => {
    const value = valueAt(spec, setting.path);
    return value === undefined ? [] : [[PREFIX + name, textFor(setting, value)]];
  });
  return { [CANARY]: 'true', ...Object.fromEntries(settings) };
}

/** The text that an annotation's own reader takes for the value; so writing follows whatever reading is. */
function textFor({ read }: Setting, value: unknown): string {
  const isRead = (text: string): boolean => {
    const reading = read(text);
    return reading.ok && isDeepStrictEqual(reading.value, value);
  };
  return writings(value).find(isRead) ?? yamlText(value);
}

/** The ways in which a value may stand in an annotation, the plainest first. */
function writings(value: unknown): string[] {
  const plain = typeof value === 'string' ? [value] : [];
  const spoken = isNumber(value) || typeof value === 'boolean' ? [`${value}`] : [];
  const seconds = isNumber(value) ? [formatDuration(value * 1_000)] : [];
  const listed = Array.isArray(value) ? [value.length === 0 ? '[]' : value.join(',')] : [];
  const named = isRecord(value)
    ? [`${String(value['name'])}`, `${String(value['kind'])}/${String(value['name'])}`]
    : [];
  return [...plain, ...spoken, ...seconds, ...listed, ...named, yamlText(value)];
}
