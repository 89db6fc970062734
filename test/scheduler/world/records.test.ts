import t from 'tap';
import type { Canary } from '../../../src/rollout/machine/canary.ts';
import { Records } from '../../../src/scheduler/world/records.ts';

interface Written {
  version: string;
  hosts?: string[];
  phase?: string;
  enrolled?: 'True' | 'False';
}

const record = (name: string, { version, hosts = ['a.example.com'], phase = '', enrolled = 'True' }: Written): Canary =>
  ({
    metadata: { namespace: 'prod', name, uid: name, resourceVersion: version },
    spec: { targetRef: { name }, service: { hosts } },
    status: { phase, conditions: [{ type: 'Enrolled', status: enrolled }] },
  }) as unknown as Canary;

/** Who is woken by what becomes of `own`, whose host another one claims, too. */
function opened() {
  const woken: string[] = [];
  const records = new Records((key) => woken.push(key));
  records.store.put(record('rival', { version: '1' }));
  records.store.put(record('own', { version: '2' }));
  woken.splice(0);
  return { records, woken: () => woken.splice(0) };
}

const changes: Readonly<Record<string, { to: Written; watched: string[]; written: string[] }>> = {
  'a host that is given up is told to who claims it': {
    to: { version: '3', hosts: ['b.example.com'] },
    watched: ['prod/own', 'prod/rival'],
    written: ['prod/rival'],
  },
  'so is one that was refused': {
    to: { version: '3', enrolled: 'False' },
    watched: ['prod/own', 'prod/rival'],
    written: ['prod/rival'],
  },
  'how far its release is concerns nobody else': {
    to: { version: '3', phase: 'Progressing' },
    watched: ['prod/own'],
    written: [],
  },
};
for (const [claim, { to, watched, written }] of Object.entries(changes)) {
  t.test(claim, async (t) => {
    const others = opened();
    others.records.store.put(record('own', to), 'watch');
    t.same(others.woken(), watched, 'where another process wrote');
    const ours = opened();
    ours.records.put(record('own', to));
    t.same(ours.woken(), written, 'where this one did');
  });
}

t.test('one that goes makes room', async (t) => {
  const { records, woken } = opened();
  records.store.remove('prod/own', '3');
  t.same(woken(), ['prod/own', 'prod/rival']);
});
