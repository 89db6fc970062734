import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { issueLeaf, makeAuthority } from '../src/admission/certificates/issue.ts';

/** `node certs/make.ts DIR NAME...`: an authority, and a certificate of it for the DNS names, for 30 days. */
const [dir, ...names] = process.argv.slice(2);
if (dir === undefined || names.length === 0) throw new Error('usage: node certs/make.ts DIR NAME...');
const life = { now: Date.now(), lifeMs: 30 * 86_400_000 };
const authority = await makeAuthority(life);
const { cert, key } = await issueLeaf(authority, names, life);
mkdirSync(dir, { recursive: true });
writeFileSync(join(dir, 'ca.crt'), authority.cert);
writeFileSync(join(dir, 'tls.crt'), cert);
writeFileSync(join(dir, 'tls.key'), key, { mode: 0o600 });
