import { isDnsSubdomain } from '../schema/dns.ts';

/** What `headgate.dev/canary` says: settings in further annotations, settings in a Canary, or what is wrong with it. */
export type OptIn =
  | { state: 'annotations' }
  | { state: 'canary'; name: string }
  | { state: 'unclear'; message: string };

const NO = new Set(['false', 'no', 'off', '0', 'disabled', 'none']);
const REFERENCE = 'canary/';

/** @param text the value of `headgate.dev/canary` */
export function readOptIn(text: string): OptIn {
  if (text === 'true') return { state: 'annotations' };
  if (!text.startsWith(REFERENCE)) return { state: 'unclear', message: wrongWord(text) };
  const name = text.slice(REFERENCE.length);
  if (isDnsSubdomain(name)) return { state: 'canary', name };
  return {
    state: 'unclear',
    message: 'must name a Canary of the same namespace after the slash, such as canary/podinfo',
  };
}

function wrongWord(text: string): string {
  const word = text.trim().toLowerCase();
  if (NO.has(word)) return 'does not opt out; to opt out, remove the annotation';
  if (word === 'true') return 'must be exactly "true", in lower case and without spaces';
  return 'must be "true", or canary/<name> for the settings of that Canary';
}
