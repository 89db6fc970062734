import type { FlaggerCanary } from './flagger-canary.ts';
import { entriesAt, textAt } from './texts.ts';

/** The service, with the hosts that its route must serve: a Service of another name than the Deployment's is one of them. */
export function servedHosts(
  service: Record<string, unknown>,
  { spec, target }: FlaggerCanary,
): Record<string, unknown> {
  const name = textAt(spec, 'service', 'name') ?? '';
  if (name === '' || name === target) return service;
  return { ...service, hosts: [...new Set([name, ...entriesAt(service, 'hosts')])] };
}
