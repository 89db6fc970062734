import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

/** First wait for a name server, and how often it is asked: each time it is given twice as long. */
const ASKING = { timeout: 1_000, tries: 4 };

/** The addresses of a host. @throws the signal's reason, or the name server's error */
export type Resolve = (host: string, signal: AbortSignal) => Promise<string[]>;

/**
 * Asks the name servers itself: the system's own function runs on the few threads that the whole process has, and a name
 * server that does not answer would hold up everything else that needs one. No search domains, and no /etc/hosts.
 * @param servers those of the system when left out.
 */
export const resolveVia =
  (servers?: readonly string[]): Resolve =>
  async (host, signal) => {
    signal.throwIfAborted();
    if (isIP(host) !== 0) return [host];
    const resolver = new Resolver(ASKING);
    if (servers) resolver.setServers(servers);
    const cancel = (): void => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const [four, six] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
      const found = [four, six].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
      if (found.length === 0 && four.status === 'rejected') throw four.reason;
      return found;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };
