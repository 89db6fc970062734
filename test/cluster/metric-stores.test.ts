import t from 'tap';
import { ProviderClient } from '../../src/analysis/provider-client.ts';
import type { SecretValues } from '../../src/analysis/providers/provider.ts';
import { PROVIDERS_BY_TYPE } from '../../src/analysis/providers/providers.ts';
import { refusalOf } from '../../src/analysis/providers/refusal.ts';
import { questionOf } from '../../src/analysis/template-question.ts';
import type { QueryResult } from '../../src/analysis/verdict.ts';
import { loadMetricRules } from '../../src/hooks/settings.ts';
import { templateOf } from '../analysis/providers/asked.ts';
import { target } from '../analysis/target.ts';
import { openRig } from '../rig/rig.ts';
import { Store } from './support/stores.ts';

const [INFLUXDB, GRAPHITE] = [8186, 8188];
const WINDOW_MS = 60_000;
const LOGIN = { username: 'reader', password: 'pass word' };

const rig = openRig();
const stores: Store[] = [];
t.teardown(async () => {
  for (const store of stores) store.stop();
  await rig.close();
});

/** The names of the tests' servers all lead to this machine. */
const client = new ProviderClient({
  rules: loadMetricRules({}),
  userAgent: 'headgate/test',
  addresses: async () => ['127.0.0.1'],
});

async function measured(
  spec: object,
  secret: SecretValues,
  variables: Record<string, string> = {},
): Promise<QueryResult> {
  const template = templateOf(spec);
  const request = questionOf(template, { target, variables, windowMs: WINDOW_MS, now: Date.now() }, secret);
  if ('problem' in request) return { kind: 'error', message: request.problem };
  const answer = await client.send(request, { namespace: 'prod', isTrusted: false }, secret);
  if ('problem' in answer) return { kind: 'error', message: answer.problem };
  if (answer.status !== 200) return { kind: 'error', message: refusalOf(answer.status, answer.text) };
  return PROVIDERS_BY_TYPE[template.provider.type].read(answer.text, template);
}

t.test('InfluxDB answers in InfluxQL', async (t) => {
  const store = await Store.influxdb(rig.program('influxd'), INFLUXDB);
  stores.push(store);
  const post = async (path: string, body: string | URLSearchParams) => {
    const answer = await fetch(store.address + path, { method: 'POST', body });
    t.ok(answer.ok, `${path}: ${answer.status} ${await answer.text()}`);
  };
  const admin = 'u=admin&p=admin';
  const tell = (q: string, login = admin) => post(`/query?${login}`, new URLSearchParams({ q }));
  await tell("CREATE USER admin WITH PASSWORD 'admin' WITH ALL PRIVILEGES", '');
  await tell('CREATE DATABASE shop');
  await tell(`CREATE USER ${LOGIN.username} WITH PASSWORD '${LOGIN.password}'`);
  await tell(`GRANT READ ON shop TO ${LOGIN.username}`);
  const lines = ['podinfo', 'other'].flatMap((app) =>
    [3, 4].map((value, i) => `errors,app=${app},n=${i} value=${value}`),
  );
  await post(`/write?db=shop&${admin}`, lines.join('\n'));

  const provider = { type: 'influxdb', address: `http://influxdb:${INFLUXDB}`, database: 'shop' };
  const ask = (query: string, secret: SecretValues = LOGIN, variables = {}) =>
    measured({ provider, query }, secret, variables);
  const sum = `SELECT sum("value") FROM "errors" WHERE "app" = '{{ target }}' AND time > now() - {{ interval }}`;
  t.same(await ask(sum), { kind: 'value', value: 7 });
  t.match(await ask(`${sum} GROUP BY "n"`), { kind: 'error', message: /more than one series/ });
  t.same(await ask('SELECT sum("value") FROM "nothing"'), { kind: 'none' });
  t.match(await ask('SELECT sum( FROM'), {
    kind: 'error',
    message: /answers with HTTP status 400: error parsing query/,
  });
  t.match(await ask(sum, { ...LOGIN, password: 'x' }), {
    kind: 'error',
    message: /refuses the credentials .* authorization failed/,
  });
  t.match(await ask('DROP DATABASE "shop"'), { kind: 'error', message: /requires admin|not authorized/ });
  const other = `SELECT sum("value") FROM "errors" WHERE "app" = '{{ variables.app }}'`;
  t.same(await ask(other, LOGIN, { app: 'other' }), { kind: 'value', value: 7 });
  t.same(await ask(other, LOGIN, { app: `none' OR "app" = 'other` }), { kind: 'none' }, 'a value is no condition');
  t.same(
    await ask(other, LOGIN, { app: `none\\' OR "app" = 'other` }),
    { kind: 'none' },
    'nor with an escape of its own',
  );
});

t.test('Graphite answers about a target', async (t) => {
  const series = { 'shop.podinfo.a.errors': [1, 2, 3], 'shop.podinfo.b.errors': [10, 20, 30] };
  stores.push(await Store.graphite(rig.program('graphite-manage'), GRAPHITE, series));
  const provider = { type: 'graphite', address: `http://graphite:${GRAPHITE}` };
  const ask = (query: string, variables = {}) => measured({ provider, query }, {}, variables);
  const sum = `summarize(sumSeries(shop.{{ target }}.*.errors), '{{ interval }}', 'sum', true)`;
  t.same(await ask(sum), { kind: 'value', value: 66 });
  t.match(await ask('shop.{{ target }}.*.errors'), { kind: 'error', message: /more than one series/ });
  t.same(await ask('shop.{{ target }}-none.errors'), { kind: 'none' });
  const own = 'sumSeries(shop.{{ variables.app }}.*.errors)';
  t.match(await ask(own, { app: 'podinfo' }), { kind: 'value' });
  t.match(await ask(own, { app: '*' }), { kind: 'error', message: /not one word/ }, 'a value is no pattern');
});
