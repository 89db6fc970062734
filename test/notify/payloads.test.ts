import t from 'tap';
import type { NoticeContent } from '../../src/notify/message.ts';
import { type Outgoing, prepare, type Target } from '../../src/notify/target.ts';
import { SEVERITY_OF } from '../../src/rollout/machine/severities.ts';
import { type Path, valueAt } from '../../src/rollout/spec/rules/findings.ts';
import { PROVIDER_TYPES, type ProviderType } from '../../src/rollout/spec/schema/alert-provider.ts';
import { FORMS } from './forms.ts';
import { message } from './told.ts';

const ADDRESS = 'https://chat.example.com/hooks/T0/s3cret';

function outgoing(target: Partial<Target> & { type: ProviderType }, more: Partial<NoticeContent> = {}): Outgoing {
  const prepared = prepare(message(more), { address: ADDRESS, ...target });
  if (!prepared.ok) throw new Error(prepared.why);
  return prepared.outgoing;
}

/** What somebody may write in a hook's answer, and that must not do anything. */
const HOSTILE = '<!channel> @everyone @all <at>all</at> [here](https://evil.example.com) <b>&amp; *bold*</b> `x`';

const texts: Record<string, string> = {
  'an ordinary text': message().text,
  'a hostile text': HOSTILE,
  'a text that is too long': 'a<&>'.repeat(5_000),
  'a text of signs that take two places': '🚦'.repeat(5_000),
};

for (const type of PROVIDER_TYPES) {
  for (const [sentence, text] of Object.entries(texts)) {
    void t.test(`${type}: ${sentence} has the documented form`, async (t) => {
      const { body } = outgoing({ type }, { message: text });
      t.same(FORMS[type].safeParse(body).error?.issues, undefined);
      t.ok(JSON.stringify(body).isWellFormed());
    });
  }

  void t.test(`${type}: every reason has the documented form`, async (t) => {
    for (const [reason, severity] of Object.entries(SEVERITY_OF)) {
      const { body } = outgoing({ type }, { reason: reason as NoticeContent['reason'], severity });
      t.same(FORMS[type].safeParse(body).error?.issues, undefined, reason);
    }
  });

  void t.test(`${type}: every request has the notice's id in its headers`, async (t) => {
    const { headers, url } = outgoing({ type });
    t.equal(url, ADDRESS);
    t.match(headers, { 'idempotency-key': '6f1c/7-mbx1', 'x-headgate-notice': '6f1c/7-mbx1' });
  });
}

const parts: Record<string, [target: Partial<Target> & { type: ProviderType }, part: object]> = {
  'Slack has title, text and fields, and the id where people do not see it': [
    { type: 'slack', channel: '#releases', username: 'headgate' },
    {
      channel: '#releases',
      username: 'headgate',
      text: 'podinfo.demo: threshold reached',
      attachments: [
        {
          color: '#c62828',
          blocks: [
            {
              elements: [
                {
                  elements: [
                    { text: 'podinfo.demo b7e674b58c failed 5 checks; traffic goes back to the running version' },
                  ],
                },
              ],
            },
            {
              elements: [
                {
                  elements: [
                    { text: 'Cluster: ' },
                    { text: 'europe-1' },
                    { text: '\nCanary: ' },
                    { text: 'demo/podinfo' },
                  ],
                },
              ],
            },
          ],
        },
      ],
      metadata: { event_payload: { id: '6f1c/7-mbx1', reason: 'ThresholdReached' } },
    },
  ],
  'Teams has a card in the colour of its severity': [
    { type: 'msteams' },
    {
      attachments: [
        {
          content: {
            body: [{ id: '6f1c/7-mbx1', style: 'attention', items: [{ text: 'podinfo.demo: threshold reached' }] }],
          },
        },
      ],
    },
  ],
  'Discord has an embed, and calls nobody': [
    { type: 'discord', username: 'gate' },
    {
      username: 'gate',
      embeds: [{ color: 0xc62828, timestamp: '2026-11-23T10:00:00.000Z', footer: { text: '6f1c/7-mbx1' } }],
      allowed_mentions: { parse: [] },
    },
  ],
  'Rocket.Chat has an alias': [
    { type: 'rocket', channel: '#a', username: 'gate' },
    { channel: '#a', alias: 'gate', attachments: [{ color: '#c62828', ts: '2026-11-23T10:00:00.000Z' }] },
  ],
  'Google Chat has a card under the id': [
    { type: 'gchat' },
    { cardsV2: [{ cardId: '6f1c/7-mbx1', card: { header: { subtitle: 'error' } } }] },
  ],
  'a receiver of one’s own has the notice as it is': [
    { type: 'webhook' },
    {
      id: '6f1c/7-mbx1',
      at: '2026-11-23T10:00:00.000Z',
      reason: 'ThresholdReached',
      severity: 'error',
      canary: { namespace: 'demo', name: 'podinfo' },
      cluster: 'europe-1',
      revision: 'b7e674b58c',
      phase: 'Finalising',
      weight: 0,
    },
  ],
};

for (const [sentence, [target, part]] of Object.entries(parts)) {
  void t.test(sentence, async (t) => t.match(outgoing(target).body, part));
}

const at = (body: object, ...path: Path): string => String(valueAt(body, path));

/** What a person sees of the text, by the rules of each receiver. */
const seen: Record<ProviderType, (body: object) => string> = {
  slack: (body) => at(body, 'attachments', 0, 'blocks', 0, 'elements', 0, 'elements', 0, 'text'),
  msteams: (body) => at(body, 'attachments', 0, 'content', 'body', 1, 'inlines', 0, 'text'),
  discord: (body) => at(body, 'embeds', 0, 'description').replaceAll(/\\(.)/gs, '$1'),
  rocket: (body) => at(body, 'attachments', 0, 'text').slice(4, -4).replaceAll('\u200B', ''),
  gchat: (body) => withoutHtml(at(body, 'cardsV2', 0, 'card', 'sections', 0, 'widgets', 0, 'textParagraph', 'text')),
  webhook: (body) => at(body, 'message'),
};

const withoutHtml = (text: string): string =>
  text
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

/** What somebody may have in an answer of a hook, a name of an image or the message of a metrics server. */
const WRITTEN: readonly string[] = [
  HOSTILE,
  'histogram_quantile(0.99, sum by (le) (rate(x_bucket{app=~"a|b"}[1m]))) > 500',
  '_under_ *stars* ~waves~ **two** __two__ ||spoiler|| ~~gone~~',
  '`code` ``two`` ```\nfence\n``` and a lone `',
  '# heading\n- list\n* list\n1. list\n> quote\n-# small',
  '<@U012AB3CD> <#C024BE7LR> <!here> <!subteam^S1> <https://evil.example.com|good> <users/all>',
  '@channel @here #general :fire: :-) <:custom:123> <t:1630360800:R> {{DATE(2017-02-14T06:08:00Z)}}',
  '[link](https://evil.example.com) ![image](https://evil.example.com/a.png) https://evil.example.com/a_b_c',
  '&lt;b&gt; &amp; <font color="red">red</font> <a href="x">a</a>',
  'back\\slashes \\*not bold\\* C:\\temp\\',
  '$$x$$ and \\(y\\)',
];

for (const type of PROVIDER_TYPES) {
  void t.test(`${type}: what people wrote is shown as it stands`, async (t) => {
    for (const text of WRITTEN) {
      const { body } = outgoing({ type }, { message: text });
      t.same(FORMS[type].safeParse(body).error?.issues, undefined, text);
      t.equal(seen[type](body), text);
    }
  });
}

void t.test('nobody is called', async (t) => {
  t.match(outgoing({ type: 'discord' }, { message: HOSTILE }).body, { allowed_mentions: { parse: [] } });
  const { body } = outgoing({ type: 'rocket' }, { message: HOSTILE });
  t.notMatch(JSON.stringify(body), /@(?!\u200B)/);
});

void t.test('what is not known is left out', async (t) => {
  const { revision: _revision, ...rest } = message();
  const prepared = prepare(rest, { type: 'webhook', address: ADDRESS });
  t.ok(prepared.ok && !('revision' in prepared.outgoing.body));
});

void t.test('a token of Slack is for its API, and a channel is needed', async (t) => {
  const { url, headers, slackApi } = outgoing({ type: 'slack', token: 'xoxb-1', channel: 'C1' });
  t.same([url, headers['authorization'], slackApi], [ADDRESS, 'Bearer xoxb-1', true]);
  const usual = prepare(message(), { type: 'slack', token: 'xoxb-1', channel: 'C1' });
  t.match(usual, { ok: true, outgoing: { url: 'https://slack.com/api/chat.postMessage' } });
  t.match(prepare(message(), { type: 'slack', token: 'xoxb-1' }), { ok: false, why: /name of a channel/ });
});

void t.test('a token for a receiver of one’s own is sent to it', async (t) => {
  t.match(outgoing({ type: 'webhook', token: 'abc' }), { slackApi: false, headers: { authorization: 'Bearer abc' } });
  t.notOk('authorization' in outgoing({ type: 'discord', token: 'abc' }).headers);
});

void t.test('what is wrong with an address is said without it', async (t) => {
  t.match(prepare(message(), { type: 'gchat' }), { ok: false, why: /no key address/ });
  for (const address of ['hooks.example.com/s3cret', 'ftp://example.com/s3cret', 'http://']) {
    const prepared = prepare(message(), { type: 'slack', address });
    t.match(prepared, { ok: false, why: /no URL that starts with/ });
    t.notMatch(JSON.stringify(prepared), 's3cret');
  }
});
