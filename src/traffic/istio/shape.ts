import * as z from 'zod';
import type { KubeObject } from '../../rollout/kube.ts';
import { DESTINATION_RULES, GATEWAYS, VIRTUAL_SERVICES } from './kinds.ts';

const texts = z.array(z.string()).optional();
const textMap = z.record(z.string(), z.string()).optional();
const number = z.int().optional();

const metadata = z.looseObject({
  name: z.string(),
  namespace: z.string().optional(),
  labels: textMap,
  annotations: textMap,
  ownerReferences: z.array(z.looseObject({ kind: z.string(), name: z.string() })).optional(),
});

const textMatch = z.looseObject({
  exact: z.string().optional(),
  prefix: z.string().optional(),
  regex: z.string().optional(),
});
const textMatches = z.record(z.string(), textMatch).optional();

const destination = z.looseObject({
  host: z.string(),
  port: z.looseObject({ number: z.int() }).optional(),
  subset: z.string().optional(),
});

const match = z.looseObject({
  port: number,
  gateways: texts,
  sourceLabels: textMap,
  sourceNamespace: z.string().optional(),
  uri: textMatch.optional(),
  scheme: textMatch.optional(),
  method: textMatch.optional(),
  authority: textMatch.optional(),
  headers: textMatches,
  withoutHeaders: textMatches,
  queryParams: textMatches,
  sniHosts: texts,
  destinationSubnets: texts,
});

const rule = z.looseObject({
  name: z.string().optional(),
  match: z.array(match).optional(),
  route: z.array(z.looseObject({ destination, weight: number })).optional(),
  mirror: destination.optional(),
  mirrors: z.array(z.looseObject({ destination })).optional(),
  redirect: z.looseObject({}).optional(),
  directResponse: z.looseObject({}).optional(),
  delegate: z.looseObject({ name: z.string(), namespace: z.string().optional() }).optional(),
});

const rules = z.array(rule).optional();
const virtualService = z.looseObject({
  hosts: texts,
  gateways: texts,
  exportTo: texts,
  http: rules,
  tcp: rules,
  tls: rules,
});

const gateway = z.looseObject({
  servers: z
    .array(
      z.looseObject({
        port: z.looseObject({ number: z.int(), protocol: z.string() }),
        hosts: z.array(z.string()),
        tls: z.looseObject({ mode: z.string().optional() }).optional(),
      }),
    )
    .optional(),
});

const destinationRule = z.looseObject({
  host: z.string(),
  trafficPolicy: z.looseObject({}).optional(),
  subsets: z.array(z.looseObject({ name: z.string() })).optional(),
  exportTo: texts,
  workloadSelector: z.looseObject({}).optional(),
});

const SPECS: ReadonlyMap<string | undefined, z.ZodType> = new Map<string | undefined, z.ZodType>([
  [VIRTUAL_SERVICES.kind, virtualService],
  [GATEWAYS.kind, gateway],
  [DESTINATION_RULES.kind, destinationRule],
]);

/** Whether an object of these kinds has the shape of its type, as far as it is read. Without a spec it says nothing, and that is right. */
export function isWellFormed(object: KubeObject): boolean {
  const spec = SPECS.get(object.kind);
  if (spec === undefined || !metadata.safeParse(object.metadata).success) return false;
  return object['spec'] === undefined || spec.safeParse(object['spec']).success;
}
