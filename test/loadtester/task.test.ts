import t from 'tap';
import { readPayload } from '../../src/loadtester/payload.ts';
import { readTask, taskKey } from '../../src/loadtester/task.ts';

const limits = {
  programs: new Map([
    ['hey', '/usr/bin/hey'],
    ['/opt/k6', '/opt/k6'],
    ['wrk', undefined],
  ]),
  timeoutMs: 600_000,
  maxTimeoutMs: 3_600_000,
};
const canary = { name: 'podinfo', namespace: 'test' };
const read = (metadata: Record<string, string>) => readTask({ ...canary, metadata }, limits);

const right: Record<string, [metadata: Record<string, string>, task: object]> = {
  'a command without a type runs in the background': [
    { cmd: 'hey -z 1m http://podinfo.test:9898/' },
    {
      type: 'cmd',
      canary: 'test/podinfo',
      program: 'hey',
      file: '/usr/bin/hey',
      args: ['-z', '1m', 'http://podinfo.test:9898/'],
      timeoutMs: 600_000,
      logOutput: false,
    },
  ],
  'so does one that says so, as for Flagger': [{ type: 'cmd', cmd: 'hey', logCmdOutput: 'true' }, { logOutput: true }],
  'an acceptance test': [{ type: 'acceptance', cmd: 'hey' }, { type: 'acceptance' }],
  'a program by its path': [{ cmd: '/opt/k6 run' }, { program: '/opt/k6', file: '/opt/k6', args: ['run'] }],
  'a shorter time limit': [{ cmd: 'hey', timeout: '1m30s' }, { timeoutMs: 90_000 }],
  'the longest one': [{ cmd: 'hey', timeout: '1h' }, { timeoutMs: 3_600_000 }],
  'what is not known is not looked at': [{ cmd: 'hey', returnCmdOutput: 'true', note: 'x' }, { args: [] }],
};

for (const [sentence, [metadata, task]] of Object.entries(right)) {
  void t.test(sentence, async (t) => {
    t.match(read(metadata), { task });
  });
}

const wrong: Record<string, [metadata: Record<string, string>, refusal: RegExp]> = {
  'no command': [{}, /metadata\.cmd is missing/],
  'an empty command': [{ cmd: ' \n' }, /metadata\.cmd is empty/],
  'what needs a shell': [{ cmd: 'hey a | grep b' }, /cannot be run: character 7, "\|", would be a pipe/],
  'a shell as a program': [{ cmd: "bash -c 'hey a'" }, /bash may not be run: no shell is run here/],
  'what starts another program': [{ cmd: 'env hey' }, /env may not be run: no shell/],
  'a variable before the command': [{ cmd: 'A=b hey' }, /"A=b": a command cannot set variables/],
  'a program that is not on the list': [
    { cmd: 'nc -l 1' },
    /"nc" may not be run: it is none of hey, \/opt\/k6, wrk \(HEADGATE_LOADTESTER_PROGRAMS\)/,
  ],
  'a program of the list from elsewhere': [{ cmd: '/tmp/hey' }, /"\/tmp\/hey" may not be run/],
  'a path out of it': [{ cmd: '../hey' }, /may not be run/],
  'a program that is allowed and absent': [{ cmd: 'wrk' }, /wrk may be run, but is not installed/],
  'the shell type of Flagger': [{ type: 'bash', cmd: 'hey' }, /"bash" is not supported: no shell.+type acceptance/],
  'Helm tests': [{ type: 'helmv3', cmd: 'hey' }, /"helmv3" is not supported: .+ run it as a Job/],
  kubectl: [{ type: 'kubectl', cmd: 'hey' }, /no rights in the cluster/],
  Concord: [{ type: 'concord', cmd: 'hey' }, /no client for Concord/],
  nGrinder: [{ type: 'ngrinder', cmd: 'hey' }, /no client for nGrinder/],
  'a type that is spelt wrong': [{ type: 'acceptence', cmd: 'hey' }, /did you mean acceptance\?/],
  'a type that every object has': [{ type: 'constructor', cmd: 'hey' }, /known are cmd, acceptance/],
  'a time limit in words': [{ cmd: 'hey', timeout: 'long' }, /timeout "long" is not a duration such as 30s/],
  'no time at all': [{ cmd: 'hey', timeout: '0s' }, /is not a duration/],
  'more time than there is': [{ cmd: 'hey', timeout: '61m' }, /timeout 61m is more than the 1h/],
};

for (const [sentence, [metadata, refusal]] of Object.entries(wrong)) {
  void t.test(`${sentence}: refused with what is wrong`, async (t) => {
    t.match(read(metadata), { refusal });
  });
}

void t.test('all that is wrong is said at once', async (t) => {
  const { refusal } = read({ type: 'bash', cmd: 'nc', timeout: '2h' }) as { refusal: string };
  t.match(refusal, /bash.+; "nc".+; .+2h/);
});

void t.test('without metadata there is no task', async (t) => {
  t.match(readTask(canary, limits), { refusal: /metadata is missing/ });
});

void t.test('where nothing may be run, it is said so', async (t) => {
  const none = { ...limits, programs: new Map<string, string>() };
  t.match(readTask({ ...canary, metadata: { cmd: 'hey' } }, none), { refusal: /this load tester runs no commands/ });
});

void t.test('the same command of one canary has one key, another has another', async (t) => {
  const keyOf = (name: string, cmd: string) => {
    const result = readTask({ ...canary, name, metadata: { cmd } }, limits);
    return 'task' in result ? taskKey(result.task) : '';
  };
  t.equal(keyOf('a', 'hey  -z 1m'), keyOf('a', 'hey -z "1m"'));
  const keys = [keyOf('a', 'hey -z 1m'), keyOf('b', 'hey -z 1m'), keyOf('a', 'hey "-z 1m"')];
  t.equal(new Set(keys).size, 3);
});

void t.test('a payload as Flagger sends it', async (t) => {
  const body = { ...canary, phase: 'Progressing', checksum: '85d557f47b', metadata: { cmd: 'hey' } };
  t.match(readPayload(body), { payload: { ...canary, metadata: { cmd: 'hey' } } });
  t.match(readPayload({ ...canary, metadata: null }), { payload: canary });
});

const unreadable: Record<string, [body: unknown, refusal: RegExp]> = {
  'no object': ['hey', /the payload is not a JSON object/],
  nothing: [undefined, /the payload is not a JSON object/],
  'no canary': [{}, /name is the name of the canary, and is missing; namespace .+ is missing/],
  'a name with a slash': [{ name: 'a/b', namespace: 'test' }, /name is not a name/],
  'a namespace with a dot': [{ name: 'a', namespace: 'a.b' }, /namespace is not a namespace/],
  'metadata that is a list': [{ ...canary, metadata: ['hey'] }, /metadata is not an object/],
  'metadata that is not text': [{ ...canary, metadata: { cmd: 1 } }, /metadata.cmd is not a text/],
};

for (const [sentence, [body, refusal]] of Object.entries(unreadable)) {
  void t.test(`a payload with ${sentence} is refused`, async (t) => {
    t.match(readPayload(body), { refusal });
  });
}
