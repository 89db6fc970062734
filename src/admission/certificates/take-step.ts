import type { CertificateStep } from './plan.ts';
import type { TlsState } from './tls-state.ts';

export interface Lives {
  authorityMs: number;
  servingMs: number;
}

export interface CertificateStepOptions {
  names: readonly string[];
  lives: Lives;
  /** Milliseconds since the epoch. */
  now: number;
}

/** The state after a step; the same one for `serve`. */
export async function takeCertificateStep(
  state: TlsState,
  step: CertificateStep,
  { names, lives, now }: CertificateStepOptions,
): Promise<TlsState> {
  if (step === 'serve') return state;
  // Not at start: most processes find a certificate that serves for months, and what makes one is 200 files.
  const { issueLeaf, makeAuthority } = await import('./issue.ts');
  const { authority, next, previous } = state;
  const newAuthority = () => makeAuthority({ now, lifeMs: lives.authorityMs });
  const leaf = (ca: NonNullable<TlsState['authority']>) => issueLeaf(ca, names, { now, lifeMs: lives.servingMs });
  switch (step) {
    case 'announce':
      return { ...state, next: { ...(await newAuthority()), since: now } };
    case 'renew':
      // Whatever the previous authority signed was replaced a whole life ago, unless the switch was just now.
      return authority === undefined ? state : { authority, ...(next && { next }), serving: await leaf(authority) };
    case 'switch': {
      if (next === undefined) return state;
      const { since: _, ...ca } = next;
      return { authority: ca, serving: await leaf(ca), ...(authority && { previous: authority.cert }) };
    }
    case 'found': {
      const ca = await newAuthority();
      return { authority: ca, serving: await leaf(ca), ...(previous !== undefined && { previous }) };
    }
  }
}
