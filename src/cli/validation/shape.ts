import * as z from 'zod';
import type { Deployment, Service } from '../../rollout/kube.ts';
import { type Finding, isRecord, pathText, valueAt } from '../../rollout/spec/rules/findings.ts';
import { findingsOf } from '../../rollout/spec/rules/issues.ts';
import { textField, wrongOrMissing } from '../../rollout/spec/schema/fields.ts';
import type { Problem } from '../../rollout/spec/spec-types.ts';

const map = { error: wrongOrMissing('must be a map') };
const texts = z
  .record(z.string(), textField('must be text; put it in quotes, or write | before several lines'), map)
  .optional();
const text = textField('must be text').optional();
const containerPort = z.looseObject(
  { name: text, protocol: text, containerPort: z.int({ error: wrongOrMissing('must be the number of a port') }) },
  map,
);
const containers = z.array(z.looseObject({ ports: listOf(containerPort, 'ports').optional() }, map), {
  error: wrongOrMissing('must be a list of containers'),
});
const expression = z.looseObject(
  { key: textField('must be text'), values: listOf(z.string(), 'texts').optional() },
  map,
);
const claim = z.looseObject({ claimName: textField('must be text') }, map);
const volume = z.looseObject({ persistentVolumeClaim: claim.optional() }, map);

function listOf<T extends z.ZodType>(entry: T, what: string) {
  return z.array(entry, { error: `must be a list of ${what}` });
}

/**
 * What of a Deployment is read here, of the right type. A request to the webhook was checked by the API server; a file was
 * not.
 */
const shape = z.looseObject({
  metadata: z.looseObject(
    { name: textField('must be the name of the Deployment'), namespace: text, labels: texts, annotations: texts },
    map,
  ),
  spec: z.looseObject(
    {
      selector: z.looseObject(
        { matchLabels: texts, matchExpressions: listOf(expression, 'expressions').optional() },
        map,
      ),
      strategy: z.looseObject({ rollingUpdate: z.looseObject({}, map).optional() }, map).optional(),
      template: z.looseObject(
        {
          metadata: z.looseObject({ labels: texts, annotations: texts }, map).optional(),
          spec: z.looseObject(
            { containers, initContainers: containers.optional(), volumes: listOf(volume, 'volumes').optional() },
            map,
          ),
        },
        map,
      ),
    },
    map,
  ),
});

const port = z.looseObject(
  {
    name: text,
    port: z.int({ error: wrongOrMissing('must be the number of a port') }),
    targetPort: z.union([z.int(), z.string()], { error: 'must be the number or the name of a port' }).optional(),
    protocol: text,
    appProtocol: text,
  },
  map,
);

const serviceShape = z.looseObject({
  metadata: z.looseObject(
    {
      name: textField('must be the name of the Service'),
      namespace: text,
      labels: texts,
      annotations: texts,
      ownerReferences: listOf(z.looseObject({}, map), 'owners').optional(),
    },
    map,
  ),
  spec: z.looseObject({ selector: texts, ports: listOf(port, 'ports').optional() }, map).optional(),
});

/** A Service that can be looked at, or what is wrong with its types. Never throws. */
export function shapedService(value: Record<string, unknown>): { service?: Service; problems: Problem[] } {
  const parsed = serviceShape.safeParse(value);
  if (parsed.success) return { service: { ...value, spec: value['spec'] ?? {} } as unknown as Service, problems: [] };
  return { problems: findingsOf(parsed.error, serviceShape).map((finding) => problemOf(finding, value)) };
}

/** A Deployment that can be judged further, if it is one at all, and what is wrong with its types. */
export interface Shaped {
  deployment?: Deployment;
  problems: Problem[];
}

/** Checks the types of what is read further on. Never throws. */
export function shaped(value: Record<string, unknown>): Shaped {
  const parsed = shape.safeParse(value);
  if (parsed.success) return { deployment: value as unknown as Deployment, problems: [] };
  const findings = findingsOf(parsed.error, shape);
  const problems = findings.map((finding) => problemOf(finding, value));
  return findings.every(isText) ? { deployment: withTexts(value, findings), problems } : { problems };
}

const TEXTS = new Set<unknown>(['annotations', 'labels', 'matchLabels']);

const isText = ({ path }: Finding): boolean => TEXTS.has(path.at(-2));

function problemOf({ path, message }: Finding, value: unknown): Problem {
  const [root = '', field, key] = path;
  const isAnnotation = root === 'metadata' && field === 'annotations' && key !== undefined;
  return { key: isAnnotation ? `${key}` : pathText(`${root}`, path.slice(1)), value: valueAt(value, path), message };
}

/** With the text that was probably meant in the place of each value that is none, so that it can be judged as well. */
function withTexts(value: Record<string, unknown>, findings: readonly Finding[]): Deployment {
  const copy = structuredClone(value);
  for (const { path } of findings) {
    const holder = valueAt(copy, path.slice(0, -1));
    if (isRecord(holder)) holder[`${path.at(-1)}`] = JSON.stringify(valueAt(copy, path)) ?? '';
  }
  return copy as unknown as Deployment;
}
