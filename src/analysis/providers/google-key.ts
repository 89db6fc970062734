import { isRecord } from '../../rollout/spec/rules/findings.ts';
import type { SecretValues, Signing } from './provider.ts';

/** Whom the signed token is for: Google's API takes it from the account itself, without asking for another one first. */
const AUDIENCE = 'https://monitoring.googleapis.com/';

const WRONG = { problem: 'the key serviceAccountKey of its Secret is no JSON key of a service account' };

/** By the key of a service account, as Google gives it; undefined where the Secret has none. */
export function googleSigning({ serviceAccountKey }: SecretValues): Signing | { problem: string } | undefined {
  if (serviceAccountKey === undefined) return undefined;
  const key = keyIn(serviceAccountKey);
  const { client_email: email, private_key: privateKey, private_key_id: keyId } = key ?? {};
  if (typeof email !== 'string' || typeof privateKey !== 'string') return WRONG;
  return { by: 'google', audience: AUDIENCE, email, privateKey, ...(typeof keyId === 'string' && { keyId }) };
}

/** The project that a service account belongs to. */
export function projectOf({ project, serviceAccountKey = '' }: SecretValues): string | undefined {
  const own = keyIn(serviceAccountKey)?.['project_id'];
  return project ?? (typeof own === 'string' ? own : undefined);
}

function keyIn(text: string): Record<string, unknown> | undefined {
  try {
    const key: unknown = JSON.parse(text);
    return isRecord(key) ? key : undefined;
  } catch {
    return undefined;
  }
}
