import t from 'tap';
import { isLate, orLate } from '../../src/process/deadline.ts';

const TURN = Promise.resolve();
const never = new Promise<string>(() => undefined);

async function after(turns: number): Promise<string> {
  for (let turn = 0; turn < turns; turn += 1) await TURN;
  return 'there';
}

t.test('what is at hand is there, with no time to wait too', async (t) => {
  for (const turns of [0, 1, 10]) t.equal(await orLate(after(turns), 0), 'there');
  await t.rejects(orLate(Promise.reject(new Error('no')), 0), { message: 'no' });
});

t.test('what takes longer is waited for, as long as that may be', async (t) => {
  t.equal(await orLate(new Promise((resolve) => setImmediate(resolve, 'soon')), 60_000), 'soon');
  t.ok(isLate(await orLate(never, 1)));
  const failing = new Promise((_resolve, reject) => setImmediate(reject, new Error('then')));
  await t.rejects(orLate(failing, 60_000), { message: 'then' });
});
