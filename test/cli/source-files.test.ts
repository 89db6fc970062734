import { symlinkSync } from 'node:fs';
import t from 'tap';
import { headgate } from './build.ts';

const object = (name: string, more: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, annotations: { 'headgate.dev/canary': 'true' }, ...more },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name, image: `${name}:1`, ports: [{ containerPort: 8080 }] }] },
    },
  },
});
const json = (name: string): string => JSON.stringify(object(name), undefined, 2);

const validated = (stdin: string | Uint8Array, ...words: string[]) =>
  headgate(['validate', '-f', '-', ...words], { stdin });

const right: Record<string, [stdin: string | Uint8Array, checked: number]> = {
  'JSON, one after the other': [`${json('a')}\n${json('b')}\n`, 2],
  'JSON, a line each': [[object('a'), object('b'), object('c')].map((entry) => JSON.stringify(entry)).join('\n'), 3],
  'JSON without a blank between': [json('a') + json('b'), 2],
  'JSON, divided as YAML is': [`${json('a')}\n---\n${json('b')}\n`, 2],
  'JSON, and YAML after it': [`${json('a')}\n---\n# {}\nkind: Service\n`, 1],
  'JSON with brackets in its texts': [JSON.stringify({ kind: 'ConfigMap', data: { text: '}{"]\\' } }) + json('a'), 1],
  'a List, as kubectl writes it': [JSON.stringify({ kind: 'List', items: [object('a'), object('b')] }), 2],
  'UTF-8 with a mark': [`\uFEFF${json('a')}`, 1],
  'UTF-16, as PowerShell writes it': [Buffer.from(`\uFEFF${json('a')}`, 'utf16le'), 1],
  'UTF-16 without a mark': [Buffer.from(json('a'), 'utf16le'), 1],
  'UTF-16 of the other order': [Buffer.from(`\uFEFF${json('a')}`, 'utf16le').swap16(), 1],
  'UTF-16 of the other order without a mark': [Buffer.from(json('a'), 'utf16le').swap16(), 1],
  'line ends of Windows': [json('a').replaceAll('\n', '\r\n'), 1],
};

for (const [sentence, [stdin, checked]] of Object.entries(right)) {
  void t.test(`read: ${sentence}`, async (t) => {
    const { code, stdout } = await validated(stdin);
    t.match(stdout, `${checked} ${checked === 1 ? 'object' : 'objects'} of Headgate checked: no problems\n`);
    t.equal(code, 0);
  });
}

const wrong: Record<string, [stdin: string | Uint8Array, wanted: RegExp]> = {
  'what is no text': [Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2]), /^stdin: is no text\n0 objects/],
  'JSON with a comma too many in the second': [
    `${json('a')}\n{"kind": "Deployment",}\n`,
    /^stdin, line \d+: is no JSON: [^\n]+\n/,
  ],
  'JSON that is cut off': [json('a').slice(0, -4), /^stdin, line \d+: is no YAML: [^\n]+\n0 objects/],
  'JSON that is cut off after one that is not': [
    json('a') + json('b').slice(0, -4),
    /^stdin, line \d+: is no JSON: [^\n]+\n/,
  ],
  'brackets without end': ['['.repeat(100_000), /^stdin, line 1: is no YAML: it is nested too deep\n/],
  'nothing at all': ['', /^nothing was checked: there is no object/],
};

for (const [sentence, [stdin, wanted]] of Object.entries(wrong)) {
  void t.test(`refused: ${sentence}`, async (t) => {
    const { code, stdout, stderr } = await validated(stdin);
    t.match(stdout, wanted);
    t.equal(stdout.split('\n').filter((line) => line.startsWith('stdin') && / is no /.test(line)).length <= 1, true);
    t.equal(code, 1);
    t.equal(stderr, '');
  });
}

void t.test('a directory stands for the files below it', async (t) => {
  const dir = t.testdir({
    'app.yaml': json('a'),
    'more.json': json('b'),
    below: { 'c.yml': json('c'), 'patch.yaml': '- {op: remove, path: /spec}\n', 'notes.md': 'a: [' },
    '.git': { 'x.yaml': 'a: [' },
    node_modules: { 'x.json': '{' },
  });
  const { code, stdout } = await headgate(['validate', '-f', dir]);
  t.match(stdout, /^3 objects of Headgate checked: no problems$/m);
  t.match(stdout, `${dir}/below/c.yml, document 1 (line 1): Deployment c`);
  t.equal(code, 0);
});

void t.test('a file that is named twice is read once', async (t) => {
  const dir = t.testdir({ 'app.yaml': json('a') });
  const { stdout } = await headgate(['validate', '-f', dir, '-f', `${dir}/app.yaml`, '-f', `${dir}/./app.yaml`]);
  t.match(stdout, /^1 object of Headgate checked/m);
});

void t.test('a directory without any such file says so', async (t) => {
  const dir = t.testdir({ 'notes.md': '' });
  const { code, stdout } = await headgate(['validate', '-f', dir]);
  t.match(stdout, `${dir}: is a directory without any file that ends with .yaml, .yml or .json\n`);
  t.equal(code, 1);
});

void t.test('a file of a directory that cannot be read is not passed over', async (t) => {
  const dir = t.testdir({ 'app.yaml': json('a') });
  symlinkSync(`${dir}/nowhere.yaml`, `${dir}/lost.yaml`);
  const { code, stderr } = await headgate(['validate', '-f', dir]);
  t.match(stderr, `cannot read ${dir}/lost.yaml: ENOENT`);
  t.equal(code, 2);
});

void t.test('import reads files in the same way', async (t) => {
  const flaggers = JSON.stringify({
    apiVersion: 'flagger.app/v1beta1',
    kind: 'Canary',
    metadata: { name: 'a', namespace: 'test' },
    spec: { targetRef: { kind: 'Deployment', name: 'a' }, service: { port: 80 } },
  });
  const stdin = Buffer.from(`\uFEFF${flaggers}\n${flaggers.replaceAll('"a"', '"b"')}`, 'utf16le');
  const { stdout } = await headgate(['import', '-f', '-'], { stdin });
  for (const name of ['a', 'b']) t.match(stdout, new RegExp(`kind: Canary\nmetadata:\n  name: ${name}\n`));
});

void t.test('--namespace is that of objects that do not say theirs', async (t) => {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'a', namespace: 'prod' },
    spec: { selector: { app: 'a' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  };
  const stdin = `${JSON.stringify(service)}${json('a')}`;
  t.match((await validated(stdin)).stdout, /no Service of these files/);
  const { stdout } = await validated(stdin, '-n', 'prod');
  t.match(stdout, /: Deployment prod\/a\n {2}takes: Service a \(/);
});
