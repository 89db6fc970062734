import { API_VERSION } from '../../rollout/keys.ts';
import { valueAt } from '../../rollout/spec/rules/findings.ts';
import { findingsOf } from '../../rollout/spec/rules/issues.ts';
import { providerSchema } from '../../rollout/spec/schema/alert-provider.ts';
import { specKey } from '../../rollout/spec/spec.ts';
import type { Made } from './canary.ts';
import { carry } from './carry.ts';
import { ALERT_PROVIDER_TABLE } from './fields/alert-provider.ts';
import { type Metadata, metadataOf } from './metadata.ts';
import type { Remark } from './remark.ts';
import { textAt } from './texts.ts';

/** Receivers that let a message say where it goes, and who says it. */
const TAKERS: Readonly<Record<string, ReadonlySet<string>>> = {
  channel: new Set(['slack', 'rocket']),
  username: new Set(['slack', 'rocket', 'discord']),
};

/** An AlertProvider of Flagger's as one of Headgate's, with Headgate's own judgement of it. */
export function translateAlertProvider(value: Record<string, unknown>): { made: Made; remarks: Remark[] } {
  const carried = carry(ALERT_PROVIDER_TABLE, value['spec'], { target: '' });
  const metadata = metadataOf(value);
  const addressed = address(value, metadata);
  const worded = words(carried.spec);
  const spec = { ...worded.spec, ...addressed.spec };
  return {
    made: { apiVersion: API_VERSION, kind: 'AlertProvider', metadata, spec },
    remarks: [...carried.remarks, ...worded.remarks, ...addressed.remarks, ...problemsIn(spec)],
  };
}

function problemsIn(spec: Record<string, unknown>): Remark[] {
  const { error } = providerSchema.safeParse(spec);
  const findings = error === undefined ? [] : findingsOf(error, providerSchema);
  return findings.map(({ path, message }) => ({
    kind: 'problem',
    key: specKey(path),
    value: valueAt(spec, path),
    message,
  }));
}

interface Part {
  spec: Record<string, unknown>;
  remarks: Remark[];
}

/** Channel and sender as far as the receiver takes them, the channel as Flagger has it where none is named. */
function words(carried: Record<string, unknown>): Part {
  const type = textAt(carried, 'type') ?? '';
  const takes = (name: string): boolean => TAKERS[name]?.has(type) ?? true;
  const spec = Object.fromEntries(Object.entries(carried).filter(([name]) => takes(name)));
  const remarks = Object.entries(carried)
    .filter(([name]) => !takes(name))
    .map(([name, value]): Remark => {
      const message = `is not needed: the address alone decides it for ${type}, in Flagger too`;
      return { kind: 'unneeded', key: `spec.${name}`, value, message };
    });
  if (spec['channel'] !== undefined || !TAKERS['channel']?.has(type)) return { spec, remarks };
  remarks.push({
    kind: 'note',
    key: 'spec.channel',
    message: 'is left out, which is general in Flagger: that is written',
  });
  return { spec: { ...spec, channel: 'general' }, remarks };
}

/** The Secret that an address in clear goes into. */
function address(value: unknown, { name, namespace }: Metadata): Part {
  if (textAt(value, 'spec', 'address') === undefined) return { spec: {}, remarks: [] };
  const secret = textAt(value, 'spec', 'secretRef', 'name') ?? `${name}-address`;
  return { spec: { secretRef: { name: secret } }, remarks: [inClear(secret, namespace)] };
}

/** Says where the address goes, and not what it is. */
function inClear(secret: string, namespace: string | undefined): Remark {
  const place = namespace === undefined ? '' : ` -n ${namespace}`;
  const command = `kubectl create secret generic ${secret}${place} --from-literal=address=…`;
  const message = `has no counterpart: whoever knows the address can write there, so it belongs into a Secret, under the key address: ${command}`;
  return { kind: 'lost', key: 'spec.address', message };
}
