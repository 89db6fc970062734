import { redisPort } from './addresses.ts';
import { accepts } from './http.ts';
import type { Layout } from './layout.ts';
import type { ProgramSpec } from './process.ts';

/** Redis as a queue wants it: it never evicts, looks at expiries often, and keeps its data over a restart. */
export function redis(layout: Layout, command: string): ProgramSpec {
  const settings = {
    bind: '127.0.0.1',
    port: String(redisPort),
    dir: layout.data('redis'),
    'maxmemory-policy': 'noeviction',
    hz: '100',
    appendonly: 'yes',
    save: '',
  };
  return {
    name: 'redis',
    command,
    args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    logFile: layout.log('redis'),
    ready: () => accepts('127.0.0.1', redisPort),
  };
}
