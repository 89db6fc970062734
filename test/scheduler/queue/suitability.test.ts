import t from 'tap';
import { redisPlace, suitabilityAfter } from '../../../src/scheduler/queue/suitability.ts';

const REDIS = { redisUrl: 'redis://gate:secret@redis.tools:6379/1' };
const SENTINELS = { redisUrl: 'redis+sentinel://:secret@one,two:26379/mymaster' };

const refused: Record<string, [access: typeof REDIS, words: string, why: RegExp]> = {
  'no password where one is wanted': [REDIS, 'NOAUTH Authentication required.', /wants a password.*REDIS_PASSWORD/],
  'a wrong password': [
    REDIS,
    'WRONGPASS invalid username-password pair or user is disabled.',
    /refuses user or password.*REDIS_USERNAME/,
  ],
  'no right to a key': [REDIS, 'NOPERM No permissions to access a key', /may not do what the queue does/],
  'no right in a script, in words of Redis 7': [
    REDIS,
    "ERR The user executing the script can't run this command or subcommand script: b44e, on @user_script:2.",
    /may not do/,
  ],
  'no right in a script, in words of Redis 8': [
    REDIS,
    "ERR ACL failure in script: User u has no permissions to run the 'set' command",
    /may not do/,
  ],
  'sentinels that want a password': [
    SENTINELS,
    'All sentinels are unreachable and retry is disabled. Last error: NOAUTH Authentication required.',
    /its sentinels refuse.*REDIS_SENTINEL_PASSWORD/,
  ],
  'a master behind sentinels that wants one': [SENTINELS, 'NOAUTH Authentication required.', /it wants a password/],
};

for (const [sentence, [access, words, why]] of Object.entries(refused)) {
  void t.test(`${sentence}: somebody has to do something`, async (t) => {
    t.match(suitabilityAfter(access, new Error(words)), { is: 'unsuitable', why });
    t.match(suitabilityAfter(access, new Error(words)), { why: words }, 'with its own words');
  });
}

const away = [
  'connect ECONNREFUSED 10.0.0.1:6379',
  'LOADING Redis is loading the dataset in memory',
  'OOM command not',
];

for (const words of away) {
  void t.test(`${words}: it may pass`, async (t) =>
    t.same(suitabilityAfter(REDIS, new Error(words)), { is: 'away', why: words }),
  );
}

void t.test('one that hangs up may be in protected mode', async (t) =>
  t.match(suitabilityAfter(REDIS, new Error('write EPIPE')), { is: 'away', why: /EPIPE.*protected mode/ }),
);

void t.test('a server that repeats what it was told shows no secret', async (t) => {
  const access = { ...REDIS, secrets: ['s3cr3t w0rds'] };
  for (const words of ['WRONGPASS s3cr3t w0rds', 'ERR unknown command: AUTH s3cr3t w0rds']) {
    const found = suitabilityAfter(access, new Error(words));
    t.notMatch(JSON.stringify(found), 's3cr3t');
    t.match(JSON.stringify(found), /\*\*\*/);
  }
});

void t.test('a place is named without user and password', async (t) => {
  t.equal(redisPlace(REDIS), 'Redis at redis.tools:6379/1');
  t.equal(redisPlace({ redisUrl: 'rediss://redis.tools' }), 'Redis at redis.tools');
  t.equal(redisPlace(SENTINELS), 'Redis behind sentinels one,two:26379/mymaster');
});
