import t from 'tap';
import { parse } from 'yaml';
import { readAllowed } from '../../src/hooks/allowed.ts';
import { hookPayload } from '../../src/hooks/payload.ts';
import { loadHookRules } from '../../src/hooks/settings.ts';
import { retryPauseMs } from '../../src/rollout/machine/calls.ts';
import { hookSchema } from '../../src/rollout/spec/schema/hook-schema.ts';
import { HOOK_TYPES } from '../../src/rollout/spec/schema/hook-types.ts';
import { firstCells, page, section } from './pages.ts';

const text = page('docs/hooks.md');
const fences = (language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, inner = '']) => inner);

void t.test('every type is documented, in order, and nothing else', async (t) => {
  t.same(firstCells(section(text, '## Types')), HOOK_TYPES);
});

void t.test('the payload is documented as it is sent', async (t) => {
  const [sample = ''] = fences('json');
  const { name, namespace, phase, checksum, metadata } = JSON.parse(sample) as ReturnType<typeof hookPayload>;
  t.strictSame(JSON.parse(sample), hookPayload({ name, namespace, phase, revision: checksum }, metadata));
  t.same(firstCells(section(text, '## The payload')), Object.keys(JSON.parse(sample) as object));
});

void t.test('the examples are hooks, and need no permission', async (t) => {
  const [sample = ''] = fences('yaml');
  const { webhooks } = parse(sample) as { webhooks: unknown[] };
  for (const hook of webhooks) t.match(hookSchema.parse(hook), { url: /^http:\/\/headgate-loadtester\// });
});

void t.test('every entry of the list that is documented can be one', async (t) => {
  const entries = firstCells(section(text, '## Who may be called'));
  t.ok(entries.length >= 8);
  for (const entry of entries) t.notMatch(readAllowed(entry, 'cluster.local'), { problem: String }, entry);
  t.equal(loadHookRules({ HEADGATE_HOOKS_ALLOW: entries.join() }).allowed.length, entries.length);
});

void t.test('the pauses between calls are those that are documented', async (t) => {
  t.same([0, 1, 2, 4, 9].map(retryPauseMs), [500, 1_000, 2_000, 8_000, 8_000]);
  t.match(text, 'after 0.5 s, then 1 s, then 2 s and so on up to 8 s');
});
