import { X509Certificate } from 'node:crypto';
import t from 'tap';
import { issueLeaf, makeAuthority } from '../../../src/admission/certificates/issue.ts';
import {
  type CertificateStep,
  isDamaged,
  nextCertificateStep,
  soundPart,
} from '../../../src/admission/certificates/plan.ts';
import { takeCertificateStep } from '../../../src/admission/certificates/take-step.ts';
import { bundleOf, readTlsState, type TlsState, writeTlsState } from '../../../src/admission/certificates/tls-state.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-23T12:00:00Z');
const NAMES = ['headgate-webhook.headgate.svc', 'headgate-webhook.headgate.svc.cluster.local'];
const lives = { authorityMs: 365 * DAY, servingMs: 14 * DAY };
const settleMs = 300_000;

const stepAt = (state: TlsState, now: number, names = NAMES): CertificateStep =>
  nextCertificateStep(state, { names, settleMs, now });
const take = (state: TlsState, step: CertificateStep, now: number): Promise<TlsState> =>
  takeCertificateStep(state, step, { names: NAMES, lives, now });

/** Every step that is due until nothing is, and the state after it. */
async function settle(from: TlsState, now: number): Promise<{ steps: CertificateStep[]; state: TlsState }> {
  const steps: CertificateStep[] = [];
  let state = from;
  for (let step = stepAt(state, now); step !== 'serve'; step = stepAt(state, now)) {
    steps.push(step);
    state = await take(state, step, now);
  }
  return { steps, state };
}

const trusts = (state: TlsState, serving: string): boolean =>
  (bundleOf(state).match(/-----BEGIN[^]*?-----END CERTIFICATE-----\n/g) ?? []).some((authority) =>
    new X509Certificate(serving).verify(new X509Certificate(authority).publicKey),
  );

t.test('from nothing: an authority and a certificate for the names of the Service', async (t) => {
  const { steps, state } = await settle({}, NOW);
  t.same(steps, ['found']);
  const leaf = new X509Certificate(state.serving?.cert ?? '');
  for (const name of NAMES) t.ok(leaf.checkHost(name));
  t.notOk(leaf.checkHost('evil.headgate.svc'));
  t.notOk(leaf.ca);
  t.ok(leaf.checkIssued(new X509Certificate(state.authority?.cert ?? '')));
  t.ok(trusts(state, state.serving?.cert ?? ''));
});

t.test('the serving certificate is renewed after two thirds of its life, by the same authority', async (t) => {
  const { state } = await settle({}, NOW);
  t.equal(stepAt(state, NOW + 9 * DAY), 'serve');
  const later = await settle(state, NOW + 10 * DAY);
  t.same(later.steps, ['renew']);
  t.equal(later.state.authority?.cert, state.authority?.cert);
  t.not(later.state.serving?.cert, state.serving?.cert);
});

t.test('an old authority is announced first, and signs only when API servers know it', async (t) => {
  const { state } = await settle({}, NOW);
  const old = await settle({ ...state, ...(await take(state, 'renew', NOW + 240 * DAY)) }, NOW + 244 * DAY);
  t.same(old.steps, ['announce']);
  const serving = old.state.serving?.cert ?? '';
  t.ok(trusts(old.state, serving), 'what is shown now');
  t.equal(stepAt(old.state, NOW + 244 * DAY + settleMs - 1), 'serve');
  const after = await settle(old.state, NOW + 244 * DAY + settleMs);
  t.same(after.steps, ['switch']);
  t.ok(trusts(old.state, after.state.serving?.cert ?? ''), 'the new one, by the bundle of before');
  t.ok(trusts(after.state, serving), 'the old one, by the bundle of after');
  const done = await settle(after.state, NOW + 254 * DAY);
  t.same(done.steps, ['renew']);
  t.notOk(trusts(done.state, serving), 'the old authority is forgotten in the end');
});

t.test('what cannot be used is made anew', async (t) => {
  const { state } = await settle({}, NOW);
  const other = await makeAuthority({ now: NOW, lifeMs: DAY });
  const { authority, serving } = state;
  if (!authority || !serving) throw new Error('no state');
  const broken: Record<string, [TlsState, CertificateStep]> = {
    'no serving certificate': [{ authority }, 'renew'],
    'a serving certificate of another authority': [
      { authority, serving: await issueLeaf(other, NAMES, { now: NOW, lifeMs: DAY }) },
      'renew',
    ],
    'a serving certificate with another key': [{ authority, serving: { ...serving, key: authority.key } }, 'renew'],
    'a serving certificate for other names': [
      { authority, serving: await issueLeaf(authority, ['a.svc'], { now: NOW, lifeMs: DAY }) },
      'renew',
    ],
    'an authority that is none': [{ authority: serving, serving }, 'found'],
    'an authority that is no PEM': [{ authority: { cert: 'x', key: 'y' }, serving }, 'found'],
    'a next authority that is no PEM': [{ ...state, next: { cert: 'x', key: 'y', since: 0 } }, 'announce'],
  };
  for (const [sentence, [from, step]] of Object.entries(broken)) t.equal(stepAt(from, NOW), step, sentence);
  const damaged = Object.entries(broken).filter(([, [from]]) => isDamaged(from));
  t.same(
    damaged.map(([sentence]) => sentence),
    ['a serving certificate with another key', 'an authority that is no PEM', 'a next authority that is no PEM'],
    'what no step of its life leaves so is somebody else’s doing',
  );
  t.notOk(isDamaged(state) || isDamaged({}));
  t.same(soundPart({ ...state, next: { cert: 'x', key: 'y', since: 0 }, previous: 'z' }), state, 'the rest is kept');
  t.equal(stepAt(state, NOW + 400 * DAY), 'found', 'an authority that is over');
});

t.test('the Secret keeps the state, whatever else was in it', async (t) => {
  const { state } = await settle({}, NOW);
  const full = {
    ...state,
    next: { ...(await makeAuthority({ now: NOW, lifeMs: DAY })), since: NOW },
    previous: 'old\n',
  };
  t.same(readTlsState(writeTlsState(full)), full);
  t.same(readTlsState(undefined), {});
  t.same(readTlsState({ 'tls.crt': '', other: 'eA==', 'ca.crt': 'eA==', 'next-ca.since': 'eA==' }), {});
});
