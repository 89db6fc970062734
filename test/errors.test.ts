import t from 'tap';
import { AppError, ERROR_CODES } from '../src/errors.ts';

void t.test('every code is a constant with a sentence that explains it', async (t) => {
  for (const [code, meaning] of Object.entries(ERROR_CODES)) {
    t.match(code, /^[A-Z]+(_[A-Z]+)+$/);
    t.match(meaning, /^[A-Z].+\.$/, code);
  }
});

void t.test('an error keeps its code, its cause and whether to try again', async (t) => {
  const cause = new Error('why');
  const error = new AppError('KUBE_REFUSED', 'no', { cause, retry: true });
  t.match(error, { name: 'AppError', code: 'KUBE_REFUSED', message: 'no', retry: true });
  t.equal(error.cause, cause);
});

void t.test('without options there is no cause and nothing to try again', async (t) => {
  const error = new AppError('CONFIG_INVALID', 'no');
  t.equal(error.retry, false);
  t.notOk('cause' in error);
});
