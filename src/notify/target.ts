import type { ProviderType } from '../rollout/spec/schema/alert-provider.ts';
import { discordPayload } from './discord.ts';
import { gchatPayload } from './gchat.ts';
import type { Message } from './message.ts';
import { rocketPayload } from './rocket.ts';
import { slackPayload } from './slack.ts';
import { teamsPayload } from './teams.ts';
import { webhookPayload } from './webhook.ts';

/** A receiver with its secrets: never logged, and in no message. */
export interface Target {
  type: ProviderType;
  address?: string;
  token?: string;
  channel?: string;
  username?: string;
}

/** One POST, ready to be sent. */
export interface Outgoing {
  url: string;
  headers: Record<string, string>;
  body: object;
  /** Whether the answer's body, and not its status alone, says if it was taken. */
  slackApi: boolean;
}

export type Prepared = { ok: true; outgoing: Outgoing } | { ok: false; why: string };

const SLACK_API = 'https://slack.com/api/chat.postMessage';

/** The request that tells a target of a message; or what its Secret or its provider lacks. */
export function prepare(message: Message, target: Target): Prepared {
  const { type, token, channel } = target;
  const slackApi = type === 'slack' && token !== undefined;
  const address = target.address ?? (slackApi ? SLACK_API : undefined);
  if (address === undefined) return { ok: false, why: 'its Secret has no key address' };
  if (!isHttp(address)) return { ok: false, why: 'its address is no URL that starts with http:// or https://' };
  if (slackApi && channel === undefined) return { ok: false, why: 'a token of Slack needs the name of a channel' };
  const authorized = slackApi || type === 'webhook';
  const headers = {
    ...identity(message.id),
    ...(authorized && token !== undefined && { authorization: `Bearer ${token}` }),
  };
  return { ok: true, outgoing: { url: address, headers, body: payloadOf(message, target), slackApi } };
}

/** Every request says which notice it is about: the same one may come again after a crash. */
export const identity = (id: string): Record<string, string> => ({ 'idempotency-key': id, 'x-headgate-notice': id });

/** Nothing is said of an address but whether it can be one: it is a secret. */
function isHttp(address: string): boolean {
  const parsed = URL.parse(address);
  return parsed !== null && /^https?:$/.test(parsed.protocol) && parsed.hostname !== '';
}

function payloadOf(message: Message, target: Target): object {
  switch (target.type) {
    case 'slack':
      return slackPayload(message, target);
    case 'msteams':
      return teamsPayload(message);
    case 'discord':
      return discordPayload(message, target);
    case 'rocket':
      return rocketPayload(message, target);
    case 'gchat':
      return gchatPayload(message);
    case 'webhook':
      return webhookPayload(message);
  }
}
