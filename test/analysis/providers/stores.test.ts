import t from 'tap';
import { asked, formOf, NAN, NO_NUMBER, NOW, parametersOf, read, requested, SEVERAL_SERIES, value } from './asked.ts';

const none = { kind: 'none' };
const error = (message: RegExp) => ({ kind: 'error', message });

const ADDRESS = 'http://store.monitoring:8086';
const flux = {
  provider: { type: 'influxdb', address: ADDRESS },
  query: 'from(bucket: "app") |> range(start: -{{ interval }}) |> filter(fn: (r) => r.app == "{{ target }}") |> mean()',
};
const influxql = {
  provider: { type: 'influxdb', address: ADDRESS, database: 'app' },
  query: `SELECT mean(v) FROM errors WHERE app = '{{ target }}' AND time > now() - {{ interval }}`,
};
const graphite = {
  provider: { type: 'graphite', address: 'http://graphite.monitoring' },
  query: `summarize(stats.{{ namespace }}.{{ target }}.errors, '{{ interval }}', 'sum')`,
};

t.test('influxdb is asked in Flux', async (t) => {
  const request = requested(flux, { token: 'tok', org: 'shop' });
  t.match(request, {
    method: 'POST',
    url: `${ADDRESS}/api/v2/query?org=shop`,
    headers: { authorization: 'Token tok' },
  });
  t.match(request.body, 'range(start: -60000ms) |> filter(fn: (r) => r.app == "podinfo")');
  t.match(asked(flux), { problem: 'token' });
});

t.test('influxdb is asked in InfluxQL where there is a database', async (t) => {
  const request = requested(influxql, { username: 'ada', password: 'pw' });
  t.same(parametersOf(request), { db: 'app', epoch: 'ms' });
  t.same(formOf(request), { q: "SELECT mean(v) FROM errors WHERE app = 'podinfo' AND time > now() - 60000ms" });
  t.match(request.headers['authorization'], /^Basic /);
  t.equal(requested(influxql, { token: 'tok' }).headers['authorization'], 'Token tok');
});

t.test('graphite is asked about a target', async (t) => {
  t.same(parametersOf(requested(graphite)), {
    target: "summarize(stats.prod.podinfo.errors, '60s', 'sum')",
    from: `${NOW / 1_000 - 60}`,
    until: `${NOW / 1_000}`,
    format: 'json',
  });
});

const csv = (...rows: string[]) => [',result,table,_time,_value', ...rows, ''].join('\r\n');
const ofInflux = (...series: object[]) => ({ results: [{ statement_id: 0, series }] });
const series = (...values: unknown[]) => ({
  name: 'e',
  columns: ['time', 'mean'],
  values: values.map((one) => [1, one]),
});
const points = (...values: unknown[]) => ({ target: 'e', datapoints: values.map((one) => [one, 1]) });

const ANSWERS: [spec: object, about: string, answer: unknown, result: object][] = [
  [flux, 'a value', csv(',_result,0,2026-01-01T00:00:00Z,4.5'), value(4.5)],
  [flux, 'a series, of which the last counts', csv(',_result,0,t,4', ',_result,0,t,5'), value(5)],
  [flux, 'notes and quotes', `#datatype,string,long\r\n${csv('"a, ""b""",_result,0,t,4')}`, value(4)],
  [flux, 'empty', '\r\n', none],
  [flux, 'an empty field', csv(',_result,0,t,'), none],
  [flux, 'NaN', csv(',_result,0,t,NaN'), NAN],
  [flux, 'infinite', csv(',_result,0,t,+Inf'), value(Infinity)],
  [flux, 'several tables of one header', csv(',_result,0,t,4', ',_result,1,t,5'), SEVERAL_SERIES],
  [flux, 'several tables', `${csv(',_result,0,t,4')}\r\n${csv(',_result,1,t,5')}`, SEVERAL_SERIES],
  [
    flux,
    'an error with status 200',
    ',error,reference\r\n,type conflict,897\r\n',
    error(/influxdb says: type conflict/),
  ],
  [flux, 'a word', csv(',_result,0,t,many'), NO_NUMBER],
  [flux, 'half of a row', csv(',_result,0'), none],
  [influxql, 'a value', ofInflux(series(4)), value(4)],
  [influxql, 'a window that is not over', ofInflux(series(4, null)), value(4)],
  [influxql, 'empty', { results: [{ statement_id: 0 }] }, none],
  [influxql, 'null', ofInflux(series(null)), none],
  [influxql, 'NaN', ofInflux(series('NaN')), NAN],
  [influxql, 'several', ofInflux(series(1), series(2)), SEVERAL_SERIES],
  [influxql, 'several columns', ofInflux({ columns: ['time', 'a', 'b'], values: [[1, 2, 3]] }), SEVERAL_SERIES],
  [
    influxql,
    'an error with status 200',
    { results: [{ error: 'database not found: app' }] },
    error(/database not found/),
  ],
  [influxql, 'a part of an answer', '{"results":[{"series"', error(/no JSON/)],
  [graphite, 'a value', [points(4)], value(4)],
  [graphite, 'a point that is not there yet', [points(4, null)], value(4)],
  [graphite, 'empty', [], none],
  [graphite, 'only empty points', [points(null, null)], none],
  [graphite, 'several', [points(1), points(2)], SEVERAL_SERIES],
  [graphite, 'NaN', [points('NaN')], NAN],
  [graphite, 'a part of an answer', '[{"target"', error(/no JSON/)],
];

for (const [spec, about, answer, result] of ANSWERS) {
  const { provider } = spec as typeof influxql;
  const language = 'database' in provider ? ' in InfluxQL' : '';
  void t.test(`${provider.type}${language} answers: ${about}`, async (t) => t.match(read(spec, answer), result));
}
