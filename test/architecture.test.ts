import { dirname } from 'node:path';
import t from 'tap';
import {
  exportsOf,
  files,
  type Import,
  importsOf,
  onCycles,
  repeated,
  sources,
  textOf,
  withoutComments,
} from './architecture/sources.ts';

/**
 * The source has rings: a file imports only from rings below its own, or from its own folder; folders of ring 3 know
 * nothing of one another. This reads the imports of every file.
 */
const MOST_LINES = 250;
const MOST_FILES = 30;

/** The first entry that a path begins with tells its ring. */
const RINGS: readonly [start: string, ring: number][] = [
  ['src/rollout/', 0],
  ['src/analysis/prometheus.ts', 2],
  ['src/analysis/provider-client.ts', 2],
  ['src/analysis/signing.ts', 2],
  ['src/analysis/', 1],
  ['src/traffic/', 1],
  ['src/hooks/call.ts', 2],
  ['src/hooks/call-guard.ts', 2],
  ['src/hooks/resolve.ts', 2],
  ['src/hooks/', 1],
  ['src/notify/send.ts', 2],
  ['src/notify/', 1],
  ['src/cluster/', 2],
  ['src/telemetry/', 2],
  ['src/process/', 2],
  ['src/dismantle/', 2.5],
  ['src/admission/', 3],
  ['src/scheduler/', 3],
  ['src/cli/', 3],
  ['src/loadtester/', 3],
  ['src/uninstall/', 3],
];
/** What wires everything: files that are in no folder. */
const OUTERMOST = /^src\/[^/]+\.ts$/;
/** Words, values, and a collection: every ring may use them. */
const COMMON = new Set([
  'src/config.ts',
  'src/errors.ts',
  'src/recent-map.ts',
  'src/server-address.ts',
  'src/version.ts',
]);
/** What the pure rings may use at run time besides themselves. */
const PURE_PACKAGES = /^(zod|yaml|@prometheus-io\/lezer-promql|@lezer\/[\w-]+)$/;
/** Node's own modules that only compute. */
const PURE_NODE: Readonly<Record<string, readonly string[]>> = {
  'src/rollout/pins/content.ts': ['node:crypto'],
  'src/rollout/pins/snapshot.ts': ['node:crypto'],
  'src/rollout/workload/template.ts': ['node:crypto'],
  'src/hooks/address.ts': ['node:net'],
  'src/hooks/allowed.ts': ['node:net'],
  'src/hooks/checked-lookup.ts': ['node:net'],
  'src/hooks/destination.ts': ['node:net'],
  'src/rollout/spec/wording/for-person.ts': ['node:util'],
};
/** Whoever touches a clock, chance, a stream or the environment says something else each time. */
const IMPURE =
  /\b(Date\.now|new Date\(\)|performance\.now|Math\.random|setTimeout|setInterval|console\.|process\.|fetch\()/;
/** Where the process begins, and its environment is handed on. */
const HOLDS_ENVIRONMENT = new Set(['src/main.ts', 'src/cli/io.ts']);
/** Of the webhook, what decides about a request; the rest of the folder is its server and its certificate. */
const DECIDES =
  /^src\/admission\/(admit|bypass-stamp|change|create|gate|give-way|judge|judge-update|keep-route|model|patch|pin-pod|refusals|request|review|stamp-command|taking|warnings|messages)\.ts$/;
/** Of the scheduler, what only keeps order and time. */
const ONLY_ORDERS =
  /^src\/scheduler\/(tick\/plan|queue\/(by-turn|carriers|change-wakes|has-work|heartbeat|keyed-executor|last-looks|local-wakes|paced-pass|redis|timers|urgency|wake-queue|wake-worker))\.ts$/;
/** Of each room of the core, the rooms that it does not know. What is in no room is for all of them. */
const UNKNOWN_TO: Readonly<Record<string, readonly string[]>> = {
  'src/rollout/spec/': ['src/rollout/machine/', 'src/rollout/crd/'],
  'src/rollout/workload/': ['src/rollout/machine/', 'src/rollout/crd/'],
  'src/rollout/machine/': ['src/rollout/crd/'],
};
/** Istio's own kinds, under any of their names. */
const OF_ISTIO = /virtual ?service|destination ?rule/i;
/** Its provider; the settings, which are written in Istio's words; the rights to its objects; and what becomes of Flagger's settings. */
const NAMES_ISTIO = ['src/traffic/istio/', 'src/rollout/spec/', 'src/admission/authority.ts', 'src/cli/import/fields/'];
/** Names that are exported twice, and what they stand for. Any other name is exported once. */
const EXPORTED_TWICE: Readonly<Record<string, string>> = {};

const ringOf = (path: string): number =>
  RINGS.find(([start]) => path.startsWith(start))?.[1] ?? (OUTERMOST.test(path) ? 4 : Number.NaN);
const folderOf = (path: string): string => path.split('/').slice(0, 2).join('/');
const isOwn = (target: string): boolean => target.startsWith('src/');

/** Why a file may not import a target; undefined if it may. */
function violation(file: string, { target }: Import): string | undefined {
  if (!isOwn(target) || COMMON.has(target)) return undefined;
  if (!sources.has(target)) return `${target} does not exist`;
  const [from, to] = [ringOf(file), ringOf(target)];
  if (from === to && folderOf(file) === folderOf(target)) return undefined;
  return to < from || from === 4 ? undefined : `ring ${from} imports ${target} of ring ${to}`;
}

const list = (broken: readonly (string | false | undefined)[]): string[] =>
  broken.filter((entry) => typeof entry === 'string');

void t.test('every folder has its place', async (t) => {
  t.same(
    files.filter((file) => Number.isNaN(ringOf(file))),
    [],
  );
});

void t.test('every file imports only from lower rings, and ring-3 folders never from one another', async (t) => {
  t.ok(files.length > 50, `${files.length} files are looked at`);
  for (const file of files) t.same(list(importsOf(file).map((entry) => violation(file, entry))), [], file);
});

void t.test('the check itself sees what is forbidden', async (t) => {
  const probe = (file: string, target: string) => violation(file, { target, isType: false });
  t.match(probe('src/rollout/machine/decide.ts', 'src/cluster/client.ts'), 'ring 0 imports');
  t.match(probe('src/scheduler/tick/tick.ts', 'src/admission/admit.ts'), 'ring 3 imports');
  t.match(probe('src/cluster/client.ts', 'src/scheduler/tick/tick.ts'), 'ring 2 imports');
  t.equal(probe('src/scheduler/tick/tick.ts', 'src/cluster/client.ts'), undefined);
  const forms = [
    `import a from 'a';`,
    `import {\n  b,\n} from '../b.ts';`,
    `import 'c';`,
    `export type { D } from './d.ts';`,
  ];
  const found = importsOf('src/cli/x.ts', `${forms.join('\n')}\nconst e = await import('./e.ts');`);
  t.same(
    found.map(({ target }) => target),
    ['a', 'src/b.ts', 'c', 'src/cli/d.ts', 'src/cli/e.ts'],
  );
});

const pure = files.filter((file) => ringOf(file) <= 1);

void t.test('the pure rings use no module that does IO', async (t) => {
  for (const file of pure) {
    const foreign = importsOf(file).filter(({ target, isType }) => !isType && !isOwn(target));
    const allowed = ({ target }: Import) => PURE_PACKAGES.test(target) || PURE_NODE[file]?.includes(target);
    t.same(
      foreign.filter((entry) => !allowed(entry)),
      [],
      file,
    );
  }
});

void t.test('the pure rings have no clock, no chance and no output', async (t) => {
  for (const file of pure) t.notMatch(withoutComments(textOf(file)), IMPURE, file);
});

void t.test('what the webhook decides by reads only the request', async (t) => {
  const deciding = files.filter((file) => DECIDES.test(file));
  t.ok(deciding.length >= 10, 'the files are there');
  for (const file of deciding) {
    const foreign = importsOf(file).filter(({ target, isType }) => !isType && ringOf(target) !== 0);
    const known = foreign.filter(
      ({ target }) => !DECIDES.test(target) && !/^(node:util|fast-json-patch)$/.test(target),
    );
    t.same(known, [], file);
    t.notMatch(withoutComments(textOf(file)), IMPURE, file);
  }
});

void t.test('what only orders the work of the scheduler does not know the cluster', async (t) => {
  const ordering = files.filter((file) => ONLY_ORDERS.test(file));
  t.equal(ordering.length, 15, 'the files are there');
  for (const file of ordering) {
    t.same(
      importsOf(file).filter(({ target, isType }) => !isType && ringOf(target) === 2),
      [],
      file,
    );
  }
});

void t.test('a cluster is reached through a client that was passed in', async (t) => {
  const making = files.filter((file) => /new KubeClient\(/.test(textOf(file)) && ringOf(file) < 4);
  t.same(making, ['src/cli/connection.ts'], 'only the command line makes its own');
});

void t.test('the environment is read in one place', async (t) => {
  for (const file of files.filter((file) => !HOLDS_ENVIRONMENT.has(file))) {
    t.notMatch(withoutComments(textOf(file)), /process\.env/, file);
  }
});

void t.test(`no file is longer than ${MOST_LINES} lines`, async (t) => {
  for (const file of files) {
    const lines = textOf(file).split('\n').length - 1;
    t.ok(lines <= MOST_LINES, `${file} has ${lines}`);
  }
});

void t.test(`no folder has more than ${MOST_FILES} files of its own`, async (t) => {
  const folders = Map.groupBy(files, (file) => dirname(file));
  for (const [folder, own] of folders) t.ok(own.length <= MOST_FILES, `${folder} has ${own.length}`);
});

void t.test('each exported name is exported once', async (t) => {
  const found = repeated([...sources.values()].map(exportsOf));
  t.same([...found.keys()].toSorted(), Object.keys(EXPORTED_TWICE).toSorted());
  const both = ['export const a = 1;\nexport type B = 1;', 'export async function a() {}\nconst b = 1;'];
  t.same([...repeated(both.map(exportsOf))], [['a', 2]], 'the check itself sees a name that two files export');
});

void t.test('a room of the core imports nothing of a room that it does not know', async (t) => {
  for (const [room, unknown] of Object.entries(UNKNOWN_TO)) {
    const own = files.filter((file) => file.startsWith(room));
    t.ok(own.length > 0, `${room} is there`);
    const wrong = own.filter((file) =>
      importsOf(file).some(({ target }) => unknown.some((to) => target.startsWith(to))),
    );
    t.same(wrong, [], room);
  }
});

void t.test('values are imported without cycles', async (t) => {
  const values = (file: string): string[] =>
    importsOf(file)
      .filter(({ target, isType }) => !isType && isOwn(target))
      .map(({ target }) => target);
  t.same(onCycles(new Map(files.map((file) => [file, values(file)]))), []);
  const probe = { a: ['b'], b: ['c', 'd'], c: ['b'], d: [] };
  t.same(onCycles(new Map(Object.entries(probe))), ['b', 'c'], 'the check itself sees a cycle, and no more than it');
});

void t.test('the kinds of a mesh are named by its provider, and by what people write', async (t) => {
  const named = files.filter((file) => OF_ISTIO.test(textOf(file)));
  const wrong = named.filter((file) => !NAMES_ISTIO.some((place) => file.startsWith(place)));
  t.same(wrong, []);
  t.ok(named.length > 10, 'the check itself sees where they are named');
});
