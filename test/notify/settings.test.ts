import t from 'tap';
import { type AlertSettings, loadAlertSettings } from '../../src/notify/settings.ts';

const plain = ({ receivers, ...rest }: AlertSettings) => ({ ...rest, receivers: Object.fromEntries(receivers) });

const right: Record<string, [env: Record<string, string>, settings: object]> = {
  'an empty environment tells nobody': [{}, { severity: 'info', receivers: {} }],
  'an empty address is none': [
    { HEADGATE_SLACK_URL: '', HEADGATE_SLACK_CHANNEL: 'a' },
    { severity: 'info', receivers: {} },
  ],
  'Slack by its webhook': [
    { HEADGATE_SLACK_URL: 'https://hooks.example.com/T0', HEADGATE_SLACK_CHANNEL: '#a', HEADGATE_SLACK_USER: 'gate' },
    {
      severity: 'info',
      receivers: {
        slack: { type: 'slack', address: 'https://hooks.example.com/T0', channel: '#a', username: 'gate' },
      },
    },
  ],
  'Slack by a token': [
    { HEADGATE_SLACK_TOKEN: 'xoxb', HEADGATE_SLACK_CHANNEL: 'C1' },
    { severity: 'info', receivers: { slack: { type: 'slack', token: 'xoxb', channel: 'C1' } } },
  ],
  'several at a time, for errors, from a cluster with a name': [
    {
      HEADGATE_MSTEAMS_URL: 'https://teams.example.com/x',
      HEADGATE_ALERTS_WEBHOOK_URL: 'http://alerts.tools/in',
      HEADGATE_ALERTS_SEVERITY: 'error',
      HEADGATE_ALERTS_PROXY: 'http://proxy.example.com:3128/',
      HEADGATE_CLUSTER_NAME: 'europe-1',
    },
    {
      severity: 'error',
      proxy: 'http://proxy.example.com:3128',
      clusterName: 'europe-1',
      receivers: {
        msteams: { type: 'msteams', address: 'https://teams.example.com/x' },
        webhook: { type: 'webhook', address: 'http://alerts.tools/in' },
      },
    },
  ],
};

for (const [sentence, [env, settings]] of Object.entries(right)) {
  void t.test(sentence, async (t) => t.same(plain(loadAlertSettings(env)), settings));
}

void t.test('all that is wrong is said at once, and no secret', async (t) => {
  const env = {
    HEADGATE_SLACK_URL: 'hooks.example.com/s3cret',
    HEADGATE_SLACK_TOKEN: 'xoxb-s3cret',
    HEADGATE_GCHAT_URL: 'ftp://example.com/s3cret',
    HEADGATE_ALERTS_SEVERITY: 'fatal',
    HEADGATE_ALERTS_PROXY: 'http://me:s3cret@proxy:3128',
  };
  const wrong = [/HEADGATE_SLACK_URL: wanted a URL/, /HEADGATE_GCHAT_URL: wanted a URL/, /one of info, warn, error/];
  const more = [/HEADGATE_SLACK_CHANNEL: wanted the name of a channel/, /without user and password/];
  for (const message of [...wrong, ...more])
    t.throws(() => loadAlertSettings(env), { code: 'CONFIG_INVALID', message });
  try {
    loadAlertSettings(env);
  } catch (error) {
    t.notMatch(String(error), 's3cret');
  }
});
