import t from 'tap';
import { CONFIG, CONFIG_TRACKING, LAST_APPLIED, RESTARTED_AT, SNAPSHOT_OF } from '../../../src/rollout/keys.ts';
import { digestOf } from '../../../src/rollout/pins/content.ts';
import { pinsOf, pinsText, pinsTextOf, withPins } from '../../../src/rollout/pins/pins.ts';
import {
  isCopyOf,
  isSnapshotFor,
  isTracked,
  snapshotName,
  snapshotObject,
  snapshotSource,
} from '../../../src/rollout/pins/snapshot.ts';
import { wantedPins } from '../../../src/rollout/pins/wanted-pins.ts';
import { revisionOf, sameRevision } from '../../../src/rollout/workload/template.ts';
import { deployment } from '../../build.ts';

const TEXT = 'configmap/app=app-1,secret/db=db-2';
const { template } = deployment('1.0').spec;
const APP = { kind: 'configmap', name: 'app' } as const;

void t.test('pins are one annotation of the template, in one order', async (t) => {
  const pins = new Map([
    ['secret/db', 'db-2'],
    ['configmap/app', 'app-1'],
  ]);
  t.equal(pinsText(pins), TEXT);
  const pinned = withPins(template, TEXT);
  t.equal(pinsTextOf(pinned), TEXT);
  t.same(pinsOf(pinned), pins);
  t.equal(pinsTextOf(withPins(pinned, '')), '');
  t.same(pinsOf(template), new Map());
});

void t.test('other pins are another revision; a restart is not', async (t) => {
  const pinned = withPins(template, TEXT);
  t.notOk(sameRevision(template, pinned));
  t.not(revisionOf(template), revisionOf(pinned));
  t.ok(sameRevision(template, withPins(pinned, '')));
  const annotations = { ...pinned.metadata?.annotations, [RESTARTED_AT]: 'now' };
  t.ok(sameRevision(pinned, { ...pinned, metadata: { ...pinned.metadata, annotations } }));
});

void t.test('a digest is that of what pods can see, and with a key nobody can make it', async (t) => {
  t.equal(digestOf({ data: { a: '1', b: '2' } }), digestOf({ data: { b: '2', a: '1' } }));
  t.equal(digestOf({ data: {} }), digestOf({}));
  t.not(digestOf({ data: { a: '1' } }), digestOf({ binaryData: { a: '1' } }));
  t.not(digestOf({ data: { a: '1' } }), digestOf({ data: { a: '2' } }));
  const [one, two] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const content = { data: { pin: 'MTIzNA==' } };
  t.equal(digestOf(content, one), digestOf(content, one));
  t.not(digestOf(content, one), digestOf(content, two));
  t.not(digestOf(content, one), digestOf(content));
});

void t.test('a snapshot has the name of its content, and each Deployment its own', async (t) => {
  const owner = deployment('1.0');
  const name = snapshotName(owner, APP, 'd1');
  t.match(name, /^app-[0-9a-f]{10}$/);
  t.equal(snapshotName(deployment('2.0'), APP, 'd1'), name, 'whatever it runs');
  const others = [
    snapshotName(owner, APP, 'd2'),
    snapshotName(owner, APP, undefined),
    snapshotName(owner, { kind: 'secret', name: 'app' }, 'd1'),
    snapshotName(
      deployment('1.0', ({ metadata }) => void (metadata.uid = 'another')),
      APP,
      'd1',
    ),
  ];
  t.equal(new Set([name, ...others]).size, others.length + 1);
  t.equal(snapshotName(owner, { kind: 'configmap', name: 'x'.repeat(253) }, 'd').length, 253);
});

void t.test('a snapshot has what pods see, and nothing else of its source', async (t) => {
  const owner = deployment('1.0');
  const source = {
    metadata: { name: 'db', resourceVersion: '7', annotations: { [LAST_APPLIED]: 'all of it' }, labels: { app: 'x' } },
    type: 'kubernetes.io/basic-auth',
    data: { token: 'c2VjcmV0' },
    immutable: false,
  };
  const made = snapshotObject(owner, { kind: 'secret', name: 'db', snapshot: 'db-1' }, source);
  t.match(made, { kind: 'Secret', type: 'Opaque', immutable: true, data: { token: 'c2VjcmV0' } });
  t.same(made.metadata.annotations, { [SNAPSHOT_OF]: 'db@7' });
  t.equal(snapshotSource(made), 'db');
  t.ok(isSnapshotFor(made, owner));
  t.notOk(
    isSnapshotFor(
      made,
      deployment('1.0', ({ metadata }) => void (metadata.uid = 'another')),
    ),
  );
  t.ok(isCopyOf(made, source));
  t.notOk(isCopyOf(made, { metadata: { name: 'db', resourceVersion: '8' } }));
  t.notOk(isTracked(made), 'nobody follows a snapshot');
});

void t.test('an object opts out by its annotation', async (t) => {
  t.ok(isTracked({ metadata: { name: 'app' } }));
  t.notOk(isTracked({ metadata: { name: 'app', annotations: { [CONFIG_TRACKING]: 'disabled' } } }));
});

void t.test('what is missing', async (t) => {
  const pinned = deployment('1.0', (object) => {
    object.spec.template.metadata = {
      ...object.spec.template.metadata,
      annotations: { [CONFIG]: 'configmap/app=app-1' },
    };
  });
  const missing = (optional: boolean) => wantedPins(pinned, [{ ...APP, optional, snapshot: undefined }]);
  t.same(missing(false), { pins: new Map([['configmap/app', 'app-1']]), snapshots: [] }, 'keeps its pin');
  const absent = snapshotName(pinned, APP, undefined);
  t.same(missing(true), { pins: new Map([['configmap/app', absent]]), snapshots: [] }, 'is pinned as missing');
  t.same(
    wantedPins(deployment('1.0'), [{ ...APP, optional: false, snapshot: undefined }]).pins,
    new Map(),
    'has none yet',
  );
  const back = wantedPins(deployment('1.0'), [{ ...APP, optional: false, snapshot: undefined }], pinned.spec.template);
  t.same(back, { pins: new Map([['configmap/app', 'app-1']]), snapshots: [] }, 'or has that of the running version');
  const there = wantedPins(pinned, [{ ...APP, optional: false, snapshot: 'app-2' }]);
  t.same(there, { pins: new Map([['configmap/app', 'app-2']]), snapshots: [{ ...APP, snapshot: 'app-2' }] });
});
