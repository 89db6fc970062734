import { type Path, pathText } from '../../rollout/spec/rules/findings.ts';
import { assign } from './carry.ts';
import { type FieldTable, type Leaf, leavesOf } from './field-table.ts';
import { noteOn, type Remark } from './remark.ts';

/** Names of fields that are numbers wherever they stand; `targetPort` may be a name too. */
const NUMBERS = new Set(
  `port targetPort progressDeadlineSeconds threshold min max maxWeight stepWeight stepWeights stepWeightPromotion
  iterations mirrorWeight primaryReadyThreshold canaryReadyThreshold retries attempts minReplicas maxReplicas
  http1MaxPendingRequests http2MaxRequests maxRequestsPerConnection maxRetries consecutiveErrors consecutive5xxErrors
  consecutiveGatewayErrors consecutiveLocalOriginFailures maxEjectionPercent minHealthPercent`.split(/\s+/),
);
/** Names of fields that are true or false. */
const FLAGS = new Set(
  `skipAnalysis suspend revertOnDeletion mirror muteAlert disableTLS portDiscovery headless delegation ignoreUriCase
  allowCredentials splitExternalLocalOriginErrors httpOnly secure partitioned`.split(/\s+/),
);

const NUMBER = /^\s*([+-]?\d+(?:\.\d+)?)\s*(?:%\s*)?$/;
const FLAG = /^\s*(true|false)\s*$/i;

/** `spec` with numbers and truth values in place of texts that say one; what is no field of the table is as it was. */
export function meantValues(table: FieldTable, spec: Record<string, unknown>) {
  const meant = structuredClone(spec);
  const remarks: Remark[] = [];
  for (const { path, text } of leavesOf(table, spec, ['spec']).flatMap((leaf) =>
    'field' in leaf ? textsOf(leaf) : [],
  )) {
    const found = meantBy(text, nameOf(path));
    if (found === undefined) continue;
    assign(meant, path.slice(1), found);
    const kind = typeof found === 'number' ? 'number' : 'truth value';
    remarks.push(
      noteOn(pathText('spec', path.slice(1)), `is text where a ${kind} is meant: ${found} is written`, text),
    );
  }
  return { spec: meant, remarks };
}

interface TextAt {
  path: Path;
  text: string;
}

function textsOf({ path, value }: Pick<Leaf, 'path' | 'value'>): TextAt[] {
  if (Array.isArray(value))
    return value.flatMap((entry: unknown, index) => textsOf({ path: [...path, index], value: entry }));
  return typeof value === 'string' ? [{ path, text: value }] : [];
}

const nameOf = (path: Path): string => `${path.findLast((key) => typeof key === 'string')}`;

function meantBy(text: string, name: string): number | boolean | undefined {
  const number = NUMBERS.has(name) ? NUMBER.exec(text)?.[1] : undefined;
  if (number !== undefined) return Number(number);
  const flag = FLAGS.has(name) ? FLAG.exec(text)?.[1] : undefined;
  return flag === undefined ? undefined : flag.toLowerCase() === 'true';
}
