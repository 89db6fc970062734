import { isIP } from 'node:net';
import type { Allowance, CallGuard } from '../../hooks/call-guard.ts';
import { type Refusal, secretRefusalWords } from '../../hooks/refusal.ts';
import { send } from '../../notify/send.ts';
import type { SendResult } from '../../notify/send-result.ts';
import type { DispatcherOptions } from './dispatcher.ts';

/** Longest wait for a name server. */
const LOOK_UP_MS = 10_000;

/**
 * Sends what is for an AlertProvider only where hooks of its namespace may call: whoever writes one has no more reach than that.
 * The installation's own receivers are its administrator's word, as that list is.
 * @param proxy of the installation, by which whatever is no Service is reached
 */
export const guardedSend =
  (guard: CallGuard, proxy: string | undefined): DispatcherOptions['send'] =>
  async (outgoing, home) => {
    if (home === undefined) return send(outgoing, { proxy });
    const to = guard.destination(outgoing.url, home);
    if ('refusal' in to) return refused(to.refusal);
    // It looks up names by itself: what they lead to is the proxy's to judge.
    if (proxy !== undefined && !to.isService && isIP(to.host) === 0) return send(outgoing, { proxy });
    const addresses = await addressesOf(guard, to);
    if (!Array.isArray(addresses)) return addresses;
    return send({ ...outgoing, url: to.url.href }, { addresses, proxy: to.isService ? undefined : proxy });
  };

async function addressesOf(guard: CallGuard, to: Allowance): Promise<string[] | SendResult> {
  try {
    const found = await guard.addresses(to, AbortSignal.timeout(LOOK_UP_MS));
    return 'refusal' in found ? refused(found.refusal) : found;
  } catch {
    // The words of a name server have the name in them.
    return { outcome: 'retry', why: 'the name in its address cannot be looked up now' };
  }
}

const refused = (refusal: Refusal): SendResult => ({ outcome: 'refused', why: secretRefusalWords(refusal) });
