import t from 'tap';
import { type ClientAnswers, clientsCheck } from '../../src/analysis/clients-check.ts';
import type { QueryResult } from '../../src/analysis/verdict.ts';
import type { CheckResult } from '../../src/rollout/machine/observation.ts';
import { metric } from '../build.ts';
import { target } from './target.ts';

const none: QueryResult = { kind: 'none' };
const n = (value: number): QueryResult => ({ kind: 'value', value });
const down: QueryResult = { kind: 'error', message: 'HTTP status 503' };

interface Row {
  /** Percent of good answers. */
  rate: QueryResult;
  stable?: QueryResult;
  mesh?: QueryResult;
  gateway?: QueryResult;
  /** 20 when it is left out. */
  weight?: number;
  wanted: CheckResult['verdict'];
  says?: string | RegExp;
}

const table: Record<string, Row> = {
  'good answers, nothing lost': { rate: n(99.5), stable: n(80), mesh: n(0), gateway: n(-3), wanted: 'pass' },
  'bad answers': { rate: n(90), wanted: 'fail', says: '90% < 99%' },
  'bad answers fail also where nothing else can be asked': { rate: n(90), stable: down, wanted: 'fail' },
  'no answer of the server': { rate: down, wanted: 'error', says: 'HTTP status 503' },
  'no answer beside good ones is no pass': { rate: n(100), stable: n(80), mesh: down, wanted: 'error', says: '503' },

  'a gateway finds nothing where the route leads': {
    ...{ rate: none, stable: n(80), gateway: n(20), wanted: 'fail' },
    says: 'about 20 requests found no Service or port where the route sends them (response flag NC); compare the ports in the route with those of Services web and web-canary',
  },
  'it has just begun to': { rate: none, stable: n(80), gateway: n(2), wanted: 'fail' },
  'it did so before': { rate: none, stable: n(80), gateway: n(-20), wanted: 'inconclusive' },
  "one request of so many may be another app's": { rate: none, stable: n(800), gateway: n(1), wanted: 'inconclusive' },
  'as long as the canary gets its traffic, it is': { rate: n(100), stable: n(80), gateway: n(20), wanted: 'pass' },
  'so little traffic that none was to come': { rate: none, stable: n(8), gateway: n(20), wanted: 'inconclusive' },
  'at weight 100 what came before tells': { rate: none, stable: n(80), gateway: n(80), weight: 100, wanted: 'fail' },

  'a sidecar finds nothing for a name of the app': { rate: none, stable: n(80), mesh: n(20), wanted: 'fail' },
  'on one port of several': { rate: n(100), stable: n(80), mesh: n(5), wanted: 'fail', says: 'about 5 requests' },
  'however little traffic there is': { rate: none, stable: n(4), mesh: n(1), wanted: 'fail' },
  'even for all there is': { rate: none, stable: none, mesh: n(4), wanted: 'fail' },
  'fewer than the bound lets fail': { rate: n(100), stable: n(4_000), mesh: n(9), wanted: 'pass' },

  'no traffic anywhere': {
    ...{ rate: none, stable: none, wanted: 'inconclusive' },
    says: 'request-success-rate has no data: no requests to Services web and web-canary are counted',
  },
  'too little to tell': {
    ...{ rate: none, stable: n(4), wanted: 'inconclusive' },
    says: 'too little traffic (4 requests to Service web, of which weight 20 is about 1.0)',
  },
  'clients that go past the route, or leave': {
    ...{ rate: none, stable: n(80), wanted: 'inconclusive' },
    says: 'none of about 20 requests to Service web-canary was answered (80 requests to Service web): these clients do not follow the route, or left before an answer',
  },
};

for (const [claim, { wanted, says, weight = 20, ...given }] of Object.entries(table)) {
  const answers: ClientAnswers = { stable: none, mesh: none, gateway: none, ...given };
  const check = clientsCheck({ metric, target, weight }, answers);
  t.equal(check.verdict, wanted, claim);
  if (says !== undefined) t.match(check.message, says, claim);
}
t.equal(
  clientsCheck({ metric, target, weight: 20 }, { rate: n(100), stable: n(80), mesh: n(5), gateway: none }).value,
  undefined,
  'a failure that the rate does not show has no value',
);
