import { PREFIX } from '../../keys.ts';
import type { ObjectMeta, PodTemplate } from '../../kube.ts';
import { prefixed } from '../../prefixed.ts';
import { portFindings, servedPort } from '../../workload/ports.ts';
import { type Finding, type Path, pathText, valueAt } from '../rules/findings.ts';
import { type FormReading, readForm, type UserForm } from '../spec.ts';
import type { Problem, Validated } from '../spec-types.ts';
import { shown } from '../wording/explain.ts';
import { nearest } from '../wording/suggest.ts';
import { annotationKey, isOwn, SETTINGS, settingAt, WRITABLE } from './annotation-keys.ts';
import { RecentTexts } from './recent-texts.ts';

/** What is read of a Deployment: its annotations, its name, and the ports of its pod template. */
export interface Annotated {
  metadata: ObjectMeta;
  spec: { template: PodTemplate };
}

/**
 * `spec` of the Canary that stands for a Deployment's annotations, every default in place; or every problem at once, by its
 * annotation. What `headgate.dev/canary` says is not looked at.
 */
export function userFormOf({ metadata, spec: { template } }: Annotated): Validated<UserForm> {
  const texts = settingTexts(metadata);
  const { form, problems } = formOf(metadata.name, texts);
  fillPort(form, template);
  const { service } = form;
  const reading = readings.of(JSON.stringify([metadata.name, service.port, service.portName, ...texts]), () =>
    readForm(form, annotationKey),
  );
  const findings = [...(reading.ok ? [] : reading.findings), ...portFindings(form, template)];
  const all = [...unknownKeys(metadata), ...problems, ...findings.map((finding) => problemOf(finding, form, texts))];
  return reading.ok && all.length === 0 ? { ok: true, value: reading.form } : { ok: false, problems: all };
}

/** By all that a form is made of. Whoever gets one changes nothing in it. */
const readings = new RecentTexts<FormReading>();

/** Where neither a port nor a Service is written, the pod template says what a Service of Headgate's own would lead to. */
function fillPort({ service }: RawForm, template: PodTemplate): void {
  const served = service.port === undefined ? servedPort(template, service.targetPort) : undefined;
  if (served === undefined) return;
  service.port = served.port;
  service.portName ??= served.portName;
}

/** Text by key, of the annotations that set something. */
type Texts = ReadonlyMap<string, string>;

const settingName = (key: string): string => key.slice(PREFIX.length);

/** The annotations that set something, with their text. */
export const settingTexts = ({ annotations }: Pick<ObjectMeta, 'annotations'>): Texts =>
  new Map(prefixed(annotations).filter(([key]) => SETTINGS.has(settingName(key))));

/** Keys with the prefix that Headgate does not know, each with what was probably meant. */
export const unknownKeys = ({ annotations }: ObjectMeta): Problem[] =>
  prefixed(annotations)
    .filter(([key]) => !SETTINGS.has(settingName(key)) && !isOwn(key))
    .map(([key, value]) => ({ key, value, message: `is no known annotation; ${keyHint(key)}` }));

function keyHint(key: string): string {
  const names = WRITABLE.map(settingName);
  const meant = nearest(settingName(key), names);
  return meant === undefined ? `known after ${PREFIX} are ${names.join(', ')}` : `did you mean ${PREFIX}${meant}?`;
}

interface RawForm {
  service: Record<string, unknown>;
  [field: string]: unknown;
}

/** The form as far as the texts can be read at all; the schema judges what they say. */
function formOf(name: string, texts: Texts): { form: RawForm; problems: Problem[] } {
  const form: RawForm = { targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name }, service: {}, analysis: {} };
  const problems: Problem[] = [];
  for (const [key, text] of texts) {
    const setting = SETTINGS.get(settingName(key));
    if (setting === undefined) continue;
    const reading = setting.read(text);
    if (reading.ok) assign(form, setting.path, reading.value);
    else problems.push({ key, value: text, message: reading.message });
  }
  return { form, problems };
}

function assign(form: RawForm, path: Path, value: unknown): void {
  const holder = path.length > 1 ? valueAt(form, path.slice(0, -1)) : form;
  if (typeof holder === 'object' && holder !== null) Object.assign(holder, { [path.at(-1) ?? '']: value });
}

/** A finding in the words of the annotation that it is about; inside a text that is no YAML the part is named in the message. */
function problemOf({ path, message, isLarge }: Finding, form: RawForm, texts: Texts): Problem {
  const found = settingAt(path);
  const value = isLarge ? undefined : valueAt(form, path);
  if (found === undefined) return { key: annotationKey(path), value, message };
  const { key, setting, inside } = found;
  const text = texts.get(key);
  if (text === undefined) return { key, value, message };
  if (setting.isYaml) return { key: pathText(key, inside), value, message };
  const isWhole = inside.length === 0 || value === text.trim();
  return { key, value: text, message: isWhole ? message : `${shown(value)} ${message}` };
}
