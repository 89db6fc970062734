import t from 'tap';
import {
  isAlreadyExists,
  isConflict,
  isExpired,
  isForbidden,
  isInvalid,
  isLostRace,
  isNotFound,
  isRefused,
  isUnanswered,
  KubeError,
  refusal,
} from '../../src/cluster/errors.ts';

const predicates = {
  isAlreadyExists,
  isConflict,
  isExpired,
  isForbidden,
  isInvalid,
  isLostRace,
  isNotFound,
  isRefused,
  isUnanswered,
};

const status = (code: number, reason: string, causes?: object[], message?: string): KubeError =>
  refusal('get /x', code, { kind: 'Status', code, reason, message, details: { causes } });
const DENIED = 'admission webhook "updates.headgate.dev" denied the request: headgate: 1 problem';

const cases: Record<string, [error: unknown, is: (keyof typeof predicates)[]]> = {
  'a lost race is a conflict': [status(409, 'Conflict'), ['isConflict', 'isLostRace']],
  'a name that is taken is no conflict': [status(409, 'AlreadyExists'), ['isAlreadyExists']],
  'a wrong object is invalid': [status(422, 'Invalid', [{ field: 'spec' }]), ['isInvalid', 'isRefused']],
  'a JSON Patch whose test fails is a lost race': [status(422, 'Invalid'), ['isInvalid', 'isLostRace']],
  'what a webhook finds invalid is refused': [status(422, 'Invalid', undefined, DENIED), ['isInvalid', 'isRefused']],
  'what is not there is not found': [status(404, 'NotFound'), ['isNotFound']],
  'what is not allowed is forbidden': [status(403, 'Forbidden'), ['isForbidden', 'isRefused']],
  'what is too old is expired': [status(410, 'Expired'), ['isExpired']],
  'a broken connection is unanswered': [new KubeError('', { code: 'KUBE_UNREACHABLE' }), ['isUnanswered']],
  'another error is none of them': [Object.assign(new Error(''), { status: 404 }), []],
  'nothing is none of them': [undefined, []],
};

for (const [sentence, [error, is]] of Object.entries(cases)) {
  void t.test(sentence, async (t) => {
    const matching = Object.entries(predicates).filter(([, matches]) => matches(error));
    t.strictSame(
      matching.map(([name]) => name),
      is,
    );
  });
}

void t.test('the code of the Status counts, not that of the connection', async (t) => {
  const body = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old', details: { retryAfterSeconds: 2 } };
  t.match(refusal('watch /x', 200, body), {
    status: 410,
    reason: 'Expired',
    message: 'watch /x: 410 Expired: too old',
    retryAfterMs: 2_000,
  });
});

void t.test('a body that is no Status gives its first words', async (t) => {
  t.equal(refusal('get /x', 502, 'z'.repeat(1_000)).message, `get /x: 502: ${'z'.repeat(200)}`);
  t.equal(refusal('get /x', 404, '404 page not found\n').message, 'get /x: 404: 404 page not found');
  t.equal(refusal('get /x', 500, undefined).message, 'get /x: 500: ""');
});
