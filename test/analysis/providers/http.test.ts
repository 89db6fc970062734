import t from 'tap';
import { asked, NAN, NO_NUMBER, read, requested, SEVERAL_SERIES, value } from './asked.ts';

const spec = {
  provider: { type: 'http', address: 'https://quality.example.com/api/' },
  query: '/score?app={{ target }}&of={{ variables.team }}',
  http: { value: '/data/0/score' },
};

t.test('a path is asked for, with variables that are a part of it and no more', async (t) => {
  const request = requested(spec, { token: 'abc' }, { team: 'a&b=/c d' });
  t.equal(request.url, 'https://quality.example.com/api/score?app=podinfo&of=a%26b%3D%2Fc%20d');
  t.match(request, { method: 'GET', headers: { authorization: 'Bearer abc', accept: 'application/json' } });
  t.same(asked(spec), { problem: 'templateVariables has no team' });
});

t.test('a body is posted as JSON, whatever a variable holds', async (t) => {
  const http = { method: 'POST', value: '', body: '{"app":"{{ variables.team }}","window":"{{ interval }}"}' };
  const request = requested({ ...spec, query: '/score', http }, {}, { team: 'a","admin":"x\\' });
  t.same(JSON.parse(request.body ?? ''), { app: 'a","admin":"x\\', window: '60s' });
  t.match(request.headers, { 'content-type': 'application/json' });
});

const at = (score: unknown) => ({ data: [{ score }] });
const ANSWERS: Record<string, [answer: unknown, result: object]> = {
  'a number': [at(4.5), value(4.5)],
  'a number as text': [at('4.5'), value(4.5)],
  'a list of one': [at([4]), value(4)],
  several: [at([4, 5]), SEVERAL_SERIES],
  null: [at(null), { kind: 'none' }],
  'an empty list there': [at([]), { kind: 'none' }],
  'an empty list on the way': [{ data: [] }, { kind: 'none' }],
  NaN: [at('NaN'), NAN],
  'another place': [{ score: 4 }, { kind: 'error', message: 'the answer has nothing at /data/0/score' }],
  'a word': [at('good'), NO_NUMBER],
  'a map': [at({ value: 4 }), NO_NUMBER],
  'an empty text': [at(''), NO_NUMBER],
  'a page': ['<html>', { kind: 'error', message: 'the answer is no JSON' }],
};

for (const [name, [answer, result]] of Object.entries(ANSWERS))
  void t.test(`an answer: ${name}`, async (t) => t.match(read(spec, answer), result));

t.test('a name with a slash in it, and the whole answer', async (t) => {
  t.same(read({ ...spec, http: { value: '/a~1b/~0' } }, { 'a/b': { '~': 3 } }), value(3));
  t.same(read({ ...spec, http: { value: '' } }, 3), value(3));
});
