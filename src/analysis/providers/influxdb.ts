import type { QueryResult } from '../verdict.ts';
import { csvTables } from './csv.ts';
import {
  type Asked,
  addressOf,
  authorization,
  FORM,
  formText,
  lacks,
  type MetricProvider,
  type ProviderRequest,
  type Requested,
  withParameters,
} from './provider.ts';
import { failed, lastOf, listAt, NONE, onlyOf, readJson, SEVERAL, stringAt } from './reading.ts';

/** InfluxDB: in Flux, or in InfluxQL where the template names a database. */
export const influxdb: MetricProvider = {
  request: (asked) => (asked.template.provider.database === undefined ? inFlux(asked) : inInfluxQl(asked)),
  read: (text, { provider }) => (provider.database === undefined ? readFlux(text) : readJson(text, readInfluxQl)),
};

function inFlux({ query, template, secret }: Asked): Requested {
  const { token, org } = secret;
  if (token === undefined) return lacks('token');
  const address = `${addressOf(template)}/api/v2/query`;
  return {
    method: 'POST',
    url: org === undefined ? address : withParameters(address, { org }),
    headers: { 'content-type': 'application/vnd.flux', accept: 'application/csv', authorization: `Token ${token}` },
    body: query,
  };
}

/** A token is one of the second version, which speaks the first one's language too. */
function inInfluxQl({ query, template, secret }: Asked): ProviderRequest {
  const { token, ...login } = secret;
  const { database = '' } = template.provider;
  return {
    method: 'POST',
    url: withParameters(`${addressOf(template)}/query`, { db: database, epoch: 'ms' }),
    headers: { ...FORM, ...(token === undefined ? authorization(login) : { authorization: `Token ${token}` }) },
    body: formText({ q: query }),
  };
}

/** Each table is a series; its last row is the newest. */
function readFlux(text: string): QueryResult {
  const tables = csvTables(text);
  const error = tables.find(({ columns }) => columns.includes('error'));
  if (error !== undefined)
    return failed(`influxdb says: ${error.rows[0]?.[error.columns.indexOf('error')] ?? 'error'}`);
  const series = tables.flatMap(({ columns, rows }) => {
    const [table, value] = [columns.indexOf('table'), columns.indexOf('_value')];
    return [...Map.groupBy(rows, (row) => row[table]).values()].map((own) => own.map((row) => row[value]));
  });
  // Empty is null, as CSV has no other word for it.
  return onlyOf(series, (values) => lastOf((values as string[]).map((value) => (value === '' ? null : value))));
}

function readInfluxQl(answer: unknown): QueryResult {
  const results = listAt(answer, 'results');
  const error = results.map((result) => stringAt(result, 'error')).find((words) => words !== '');
  if (error !== undefined) return failed(`influxdb says: ${error}`);
  return onlyOf(
    results.flatMap((result) => listAt(result, 'series')),
    (series) => {
      // The first column is the time.
      if (listAt(series, 'columns').length > 2) return SEVERAL;
      const rows = listAt(series, 'values');
      return rows.length === 0 ? NONE : lastOf(rows.map((row) => (Array.isArray(row) ? row[1] : undefined)));
    },
  );
}
