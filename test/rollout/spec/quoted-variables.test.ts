import t from 'tap';
import { BODY, LANGUAGES, type QueryLanguage } from '../../../src/rollout/spec/metric-templates/language.ts';
import { variablesProblem, withVariables } from '../../../src/rollout/spec/metric-templates/quoted-variables.ts';

const NASTY = `x'") or 1=1 --`;
const values = new Map([
  ['namespace', 'shop'],
  ['target', 'my.cart-1'],
  ['interval', '60s'],
  ['variables.v', NASTY],
  ['variables.word', 'checkout'],
  ['variables.line', 'a\nb'],
]);

/** What a text comes to with the nasty value between quotes of each kind; undefined where it is refused. */
const QUOTED: Record<string, [language: QueryLanguage, text: string, rendered: string | undefined]> = {
  'PromQL, in double quotes': [LANGUAGES.promql, 'up{a="{{ variables.v }}"}', `up{a="x'\\") or 1=1 --"}`],
  'PromQL, in single quotes': [LANGUAGES.promql, "up{a='{{ variables.v }}'}", `up{a='x\\'") or 1=1 --'}`],
  'PromQL, in back quotes, of which it has none': [LANGUAGES.promql, 'up{a=`{{ variables.v }}`}', `up{a=\`${NASTY}\`}`],
  Flux: [LANGUAGES.flux, 'f == "{{ variables.v }}"', `f == "x'\\") or 1=1 --"`],
  InfluxQL: [LANGUAGES.influxql, "WHERE a = '{{ variables.v }}'", `WHERE a = 'x\\'") or 1=1 --'`],
  NRQL: [LANGUAGES.nrql, "WHERE a = '{{ variables.v }}'", `WHERE a = 'x\\'") or 1=1 --'`],
  'NRQL, in back quotes': [LANGUAGES.nrql, 'FACET `{{ variables.v }}`', `FACET \`${NASTY}\``],
  SPL: [LANGUAGES.spl, 'search app="{{ variables.v }}" | stats', `search app="x'\\") or 1=1 --" | stats`],
  SignalFlow: [LANGUAGES.signalflow, "filter('a', '{{ variables.v }}')", `filter('a', 'x\\'") or 1=1 --')`],
  MQL: [LANGUAGES.mql, "| filter a == '{{ variables.v }}'", `| filter a == 'x\\'") or 1=1 --'`],
  'Dynatrace, whose escape is a tilde': [
    LANGUAGES.dynatrace,
    'eq("a","{{ variables.v }}")',
    `eq("a","x'~") or 1=1 --")`,
  ],
  'Graphite, which has no escapes': [LANGUAGES.graphite, "summarize(a, '{{ variables.v }}')", undefined],
  'JSON with expressions in it': [LANGUAGES.json, '[{"Expression":"SEARCH(\'{{ variables.v }}\')"}]', undefined],
  JSON: [BODY, '{"a":"{{ variables.v }}"}', `{"a":"x'\\") or 1=1 --"}`],
  'an address': [LANGUAGES.address, '/s?a={{ variables.v }}', `/s?a=${encodeURIComponent(NASTY)}`],
  'Datadog, where tags have no quotes': [LANGUAGES.datadog, 'sum:e{a:{{ variables.v }}}', undefined],
  'PromQL, outside of quotes': [LANGUAGES.promql, 'up > {{ variables.v }}', undefined],
  'PromQL, in a comment': [LANGUAGES.promql, 'up # "{{ variables.v }}', undefined],
};

for (const [name, [language, text, rendered]] of Object.entries(QUOTED)) {
  void t.test(`a value is a value and nothing else: ${name}`, async (t) => {
    const made = withVariables(text, values, language);
    if (rendered === undefined) t.match(made, { problem: 'variables.v' });
    else t.same(made, { text: rendered });
  });
}

void t.test('in Flux a value is no expression', async (t) => {
  const made = withVariables('"{{ variables.v }}"', new Map([['variables.v', '${token}']]), LANGUAGES.flux);
  t.same(made, { text: '"\\${token}"' });
});

void t.test('an escaped quote does not end a string, and a quote of another kind neither', async (t) => {
  const made = (text: string) => withVariables(text, values, LANGUAGES.promql);
  t.same(made(String.raw`up{a="\"{{ variables.v }}"}`), { text: String.raw`up{a="\"x'\") or 1=1 --"}` });
  t.same(made(`up{a="'{{ variables.v }}"}`), { text: `up{a="'x'\\") or 1=1 --"}` });
});

void t.test('a line break stands nowhere, and a variable that nobody gave neither', async (t) => {
  t.match(withVariables('up{a="{{ variables.line }}"}', values, LANGUAGES.promql), { problem: 'variables.line' });
  t.same(withVariables('{{ variables.none }}', values, LANGUAGES.promql), { problem: 'templateVariables has no none' });
  t.same(withVariables('rate(a[{{ interval }}]) > {{ variables.word }}', values, LANGUAGES.promql), {
    text: 'rate(a[60s]) > checkout',
  });
});

/** What is said of a text before any value is known. */
const PROBLEMS: [language: QueryLanguage, text: string, says: RegExp | undefined][] = [
  [LANGUAGES.promql, 'up{a="{{ target }}"}', undefined],
  [LANGUAGES.promql, 'rate(a[{{ interval }}]) * {{ variables.factor }}', undefined],
  [LANGUAGES.promql, 'up{a={{ target }}}', /has {{ target }} at .* outside of quotes/],
  [LANGUAGES.promql, 'up{a="{{ taget }}"}', /no variable; did you mean {{ target }}\?/],
  [LANGUAGES.promql, 'up{a="{{ target "}', /has a {{ without its }}/],
  [LANGUAGES.datadog, 'sum:e{service:{{ target }}}', undefined],
  [LANGUAGES.graphite, 'stats.{{ namespace }}.{{ target }}.errors', undefined],
  [LANGUAGES.influxql, 'SELECT a FROM {{ target }}', /outside of quotes/],
];

for (const [language, text, says] of PROBLEMS) {
  void t.test(`what is said of ${text}`, async (t) => {
    const said = variablesProblem(text, language);
    if (says === undefined) t.equal(said, undefined);
    else t.match(said, says);
  });
}

void t.test('a length of time is written as each language reads it', async (t) => {
  const written = Object.entries(LANGUAGES).map(([name, language]) => [name, language.interval(61_500)]);
  t.same(Object.fromEntries(written), {
    ...{ promql: '61500ms', flux: '61500ms', influxql: '61500ms', nrql: '62 seconds', signalflow: '62s', mql: '62s' },
    ...{ spl: '62s', dynatrace: '62s', datadog: '62', graphite: '62s', json: '120', address: '62s' },
  });
});
