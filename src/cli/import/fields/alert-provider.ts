import { type Field, kept, lost } from '../field.ts';
import { tableOf } from '../field-table.ts';

/** Every field of Flagger's AlertProvider, with what becomes of it. */
export const ALERT_PROVIDER_FIELDS: readonly Field[] = [
  kept('spec.type'),
  kept('spec.channel', {
    words: 'for Slack and Rocket.Chat: elsewhere the address decides; `general` where it is left out, as in Flagger',
  }),
  kept('spec.username', { words: 'for Slack, Rocket.Chat and Discord: elsewhere the address decides' }),
  kept('spec.address', {
    to: 'spec.secretRef.name',
    // The value goes nowhere: not into the output, and not into the report.
    convert: () => ({}),
    isSecret: true,
    words: 'an address in clear belongs into a Secret, which the report names with its key',
  }),
  lost('spec.proxy', 'one proxy serves all receivers: HEADGATE_ALERTS_PROXY of the scheduler'),
  kept('spec.secretRef.name', { words: 'the keys are the same: `address`, and `token` for a Slack bot' }),
];

export const ALERT_PROVIDER_TABLE = tableOf(ALERT_PROVIDER_FIELDS);
