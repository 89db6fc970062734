import t from 'tap';
import { readSource } from '../../src/cli/documents.ts';

const names = (text: string): unknown[] => readSource('f.yaml', text).objects.map(({ value }) => value['name']);
const places = (text: string): string[] => readSource('f.yaml', text).objects.map(({ place }) => place);

void t.test('every document of a file is read, empty ones are not', async (t) => {
  const text = '---\n# nothing\n---\nname: a\n---\nname: b\n---\n';
  t.strictSame(names(text), ['a', 'b']);
  t.strictSame(places(text), ['f.yaml, document 2 (line 4)', 'f.yaml, document 3 (line 6)']);
});

void t.test('JSON is read as well', async (t) => {
  t.strictSame(names('{"name": "a"}'), ['a']);
});

void t.test('the items of a List are read, and of a List in it', async (t) => {
  const text = 'kind: List\nitems:\n- name: a\n- kind: DeploymentList\n  items: [{name: b}]\n';
  t.strictSame(names(text), ['a', 'b']);
  t.strictSame(places(text), ['f.yaml, document 1 (line 1), item 1', 'f.yaml, document 1 (line 1), item 2, item 1']);
});

void t.test('anchors and merge keys count, and what is null is not there', async (t) => {
  const text = 'base: &base {name: a, gone: null}\nkind: List\nitems:\n- <<: *base\n  more: 1\n';
  t.strictSame(readSource('f.yaml', text).objects[0]?.value, { name: 'a', more: 1 });
});

const wrong: Record<string, [text: string, wanted: RegExp]> = {
  'text that is no YAML is named with its line': ['a: 1\nb: [1\n', /^f\.yaml, line \d: is no YAML: /],
  'a key that stands twice': ['a: 1\na: 2\n', /^f\.yaml, line 2: is no YAML: .*unique/],
  'a document that is a list': ['- a\n', /^f\.yaml, document 1 \(line 1\): is no Kubernetes object, but \["a"\]/],
  'a document that is a word': ['hello\n', /is no Kubernetes object, but "hello"/],
};

for (const [sentence, [text, wanted]] of Object.entries(wrong)) {
  void t.test(sentence, async (t) => {
    const { errors, objects } = readSource('f.yaml', text);
    t.match(errors[0], wanted);
    t.strictSame(objects, []);
  });
}

void t.test('a document that cannot be read hides no other', async (t) => {
  const { errors, objects } = readSource('f.yaml', 'a: [1\n---\nname: b\n');
  t.equal(errors.length > 0, true);
  t.equal(objects.at(-1)?.value['name'], 'b');
});
