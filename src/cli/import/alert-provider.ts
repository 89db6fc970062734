import { API_VERSION } from '../../rollout/keys.ts';
import { valueAt } from '../../rollout/spec/rules/findings.ts';
import { findingsOf } from '../../rollout/spec/rules/issues.ts';
import { providerSchema } from '../../rollout/spec/schema/alert-provider.ts';
import { specKey } from '../../rollout/spec/spec.ts';
import type { Made } from './canary.ts';
import { carry } from './carry.ts';
import { elsewhere } from './conversions.ts';
import { type Convert, comesOver, fieldsBelow, lost, tableOf } from './field-table.ts';
import { textAt } from './flagger-object.ts';
import { type Metadata, metadataOf } from './metadata.ts';
import { lossOf, noteOn, problemOn, type Remark } from './remark.ts';

const CHANNEL_TAKERS = ['slack', 'rocket'];
const USERNAME_TAKERS = ['slack', 'rocket', 'discord'];

/** Only some receivers let a message say where it goes, and who says it. */
const takenBy =
  (types: readonly string[]): Convert =>
  (value, spec) => {
    const type = textAt(spec, 'type') ?? '';
    if (types.includes(type)) return { value };
    return { unneeded: `is not needed: the address alone decides it for ${type}, in Flagger too` };
  };

/** Every field of Flagger's AlertProvider, with what becomes of it. */
export const ALERT_PROVIDER_FIELDS = fieldsBelow('spec', {
  type: comesOver(),
  channel: comesOver({
    convert: takenBy(CHANNEL_TAKERS),
    words: 'for Slack and Rocket.Chat: elsewhere the address decides; `general` where it is left out, as in Flagger',
  }),
  username: comesOver({
    convert: takenBy(USERNAME_TAKERS),
    words: 'for Slack, Rocket.Chat and Discord: elsewhere the address decides',
  }),
  // The value goes nowhere: not into the output, and not into the report.
  address: comesOver({
    to: 'spec.secretRef.name',
    convert: elsewhere,
    isSecret: true,
    words: 'an address in clear belongs into a Secret, which the report names with its key',
  }),
  proxy: lost('one proxy serves all receivers: HEADGATE_ALERTS_PROXY of the scheduler'),
  'secretRef.name': comesOver({
    words:
      'the keys are the same: `address`, and `token` for a Slack bot; outside its namespace the host of the address has to be in `hooks.allow` of the chart',
  }),
});

export const ALERT_PROVIDER_TABLE = tableOf(ALERT_PROVIDER_FIELDS);

/** An AlertProvider of Flagger's as one of Headgate's, with Headgate's own judgement of it. */
export function translateAlertProvider(value: Record<string, unknown>): { made: Made; remarks: Remark[] } {
  const carried = carry(ALERT_PROVIDER_TABLE, value['spec']);
  const metadata = metadataOf(value);
  const parts = [carried, usualChannel(carried.spec), address(value, metadata)];
  const spec: Made['spec'] = Object.assign({}, ...parts.map((part) => part.spec));
  return {
    made: { apiVersion: API_VERSION, kind: 'AlertProvider', metadata, spec },
    remarks: [...parts.flatMap(({ remarks }) => remarks), ...problemsIn(spec)],
  };
}

type Part = Pick<Made, 'spec'> & { remarks: Remark[] };

/** Flagger's, where none is named and the receiver takes one. */
function usualChannel({ type, channel }: Made['spec']): Part {
  if (channel !== undefined || !CHANNEL_TAKERS.some((taker) => taker === type)) return { spec: {}, remarks: [] };
  const message = 'is left out, which is general in Flagger: that is written';
  return { spec: { channel: 'general' }, remarks: [noteOn('spec.channel', message)] };
}

/** The Secret that an address in clear goes into; the remark says where the address goes, and not what it is. */
function address(value: unknown, { name, namespace }: Metadata): Part {
  if (textAt(value, 'spec', 'address') === undefined) return { spec: {}, remarks: [] };
  const secret = textAt(value, 'spec', 'secretRef', 'name') ?? `${name}-address`;
  const place = namespace === undefined ? '' : ` -n ${namespace}`;
  const command = `kubectl create secret generic ${secret}${place} --from-literal=address=…`;
  const message = `has no counterpart: whoever knows the address can write there, so it belongs into a Secret, under the key address: ${command}; outside its namespace its host has to be in hooks.allow of the chart`;
  return { spec: { secretRef: { name: secret } }, remarks: [lossOf('spec.address', message)] };
}

function problemsIn(spec: Made['spec']): Remark[] {
  const { error } = providerSchema.safeParse(spec);
  const findings = error === undefined ? [] : findingsOf(error, providerSchema);
  return findings.map(({ path, message }) => problemOn(specKey(path), message, valueAt(spec, path)));
}
