import t from 'tap';
import { covers, mayOverlap } from '../../../../src/traffic/istio/reach/match-overlap.ts';
import type { MatchEntry } from '../../../../src/traffic/istio/reach/objects.ts';

const uri = (way: 'exact' | 'prefix' | 'regex', text: string): MatchEntry => ({ uri: { [way]: text } });
const prefix = (text: string): MatchEntry => uri('prefix', text);
const header = (text: object): MatchEntry => ({ headers: { 'x-user': text } });
const without = (text: object): MatchEntry => ({ withoutHeaders: { 'X-User': text } });
const query = (key: string, text: string): MatchEntry => ({ queryParams: { [key]: { exact: text } } });

/** `apart`: no request meets both. `inside`: whatever meets the second meets the first. `perhaps`: neither is known. */
type Relation = 'apart' | 'inside' | 'perhaps';
const rows: [what: string, a: MatchEntry, b: MatchEntry, Relation][] = [
  ['two prefixes', prefix('/orders'), prefix('/users'), 'apart'],
  ['a prefix of a prefix', prefix('/api'), prefix('/api/orders'), 'inside'],
  ['the other way about', prefix('/api/orders'), prefix('/api'), 'perhaps'],
  ['the same prefix', prefix('/api'), prefix('/api'), 'inside'],
  ['a prefix is no path segment', prefix('/order'), prefix('/orders'), 'inside'],
  ['a path under a prefix', prefix('/orders'), uri('exact', '/orders/1'), 'inside'],
  ['a path beside a prefix', prefix('/orders'), uri('exact', '/users'), 'apart'],
  ['a prefix that one path has', uri('exact', '/orders'), prefix('/orders'), 'perhaps'],
  ['two paths', uri('exact', '/a'), uri('exact', '/b'), 'apart'],
  ['the same path', uri('exact', '/a'), uri('exact', '/a'), 'inside'],
  ['paths that differ in capitals', uri('exact', '/a'), uri('exact', '/A'), 'apart'],
  ['unless one does not care', { ...uri('exact', '/a'), ignoreUriCase: true }, uri('exact', '/A'), 'perhaps'],
  ['prefixes without care', { ...prefix('/Orders'), ignoreUriCase: true }, prefix('/users'), 'apart'],
  ['a pattern and a prefix', uri('regex', '/orders/.*'), prefix('/users'), 'perhaps'],
  ['a pattern and a path', uri('regex', '/orders'), uri('exact', '/users'), 'perhaps'],
  ['the same pattern', uri('regex', '/a+'), uri('regex', '/a+'), 'inside'],
  ['any path and a path', {}, prefix('/orders'), 'inside'],
  ['the pattern for any path', uri('regex', '.*'), prefix('/orders'), 'inside'],
  ['a path and any path', prefix('/orders'), {}, 'perhaps'],
  ['a name is no condition', { name: 'a' }, { name: 'b' }, 'inside'],
  ['two methods', { method: { exact: 'GET' } }, { method: { exact: 'POST' } }, 'apart'],
  ['a method and all', { method: { exact: 'GET' } }, {}, 'perhaps'],
  ['all methods and one', {}, { method: { exact: 'GET' } }, 'inside'],
  [
    'one path by methods',
    { ...prefix('/a'), method: { exact: 'GET' } },
    { ...prefix('/a'), method: { exact: 'PUT' } },
    'apart',
  ],
  ['two schemes', { scheme: { exact: 'http' } }, { scheme: { exact: 'https' } }, 'apart'],
  ['two hosts', { authority: { exact: 'a.test' } }, { authority: { exact: 'b.test' } }, 'apart'],
  ['a header with two values', header({ exact: 'a' }), header({ exact: 'b' }), 'apart'],
  ['a header with any value, and one', header({}), header({ exact: 'b' }), 'inside'],
  ['a header with a value, and any', header({ exact: 'b' }), header({}), 'perhaps'],
  ['a header and its pattern', header({ exact: 'b' }), header({ regex: '.+' }), 'perhaps'],
  ['another header', header({ exact: 'a' }), { headers: { 'x-team': { exact: 'b' } } }, 'perhaps'],
  ['a header in capitals', header({ exact: 'a' }), { headers: { 'X-User': { exact: 'b' } } }, 'apart'],
  ['a header and its absence', header({ exact: 'a' }), without({}), 'apart'],
  ['its absence and the header', without({}), header({ exact: 'a' }), 'apart'],
  ['a header and not this value', header({ exact: 'a' }), without({ exact: 'a' }), 'apart'],
  ['a header and not another value', header({ exact: 'a' }), without({ exact: 'b' }), 'perhaps'],
  ['a header and not a prefix of it', header({ exact: 'beta-1' }), without({ prefix: 'beta' }), 'apart'],
  ['any value and not one', header({}), without({ exact: 'a' }), 'perhaps'],
  ['two values of a parameter', query('v', '1'), query('v', '2'), 'apart'],
  ['two parameters', query('v', '1'), query('w', '1'), 'perhaps'],
  ['two ports', { port: 80 }, { port: 81 }, 'apart'],
  ['paths apart under one header', { ...prefix('/a'), ...header({}) }, { ...prefix('/b'), ...header({}) }, 'apart'],
  ['a path inside, a header not asked', { ...prefix('/a'), ...header({}) }, prefix('/a/b'), 'perhaps'],
];

for (const [what, a, b, relation] of rows) {
  const found = !mayOverlap(a, b) ? 'apart' : covers(a, b) ? 'inside' : 'perhaps';
  t.equal(found, relation, what);
  t.equal(mayOverlap(b, a), mayOverlap(a, b), `${what}: it is the same from both sides`);
}
