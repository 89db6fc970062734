import t from 'tap';
import { complete, PLACEHOLDERS, placeholderOf } from '../../../src/cli/completion/candidates.ts';
import { addClientCommands, createProgram } from '../../../src/cli/program.ts';
import { ACTIONS } from '../../../src/rollout/machine/commands/command-annotation.ts';

const program = addClientCommands(createProgram());
const COMMANDS = [
  'list',
  'get',
  'history',
  'status',
  ...ACTIONS,
  'validate',
  'import',
  'completion',
  'version',
  'help',
];

interface Wanted {
  candidates?: readonly string[];
  /** What is asked for elsewhere, after what stands before it in the word. */
  source?: string;
}

const lines: Record<string, [words: string[], wanted: Wanted]> = {
  'nothing yet: every command that help shows': [[''], { candidates: COMMANDS }],
  'no words at all': [[], { candidates: COMMANDS }],
  'the beginning of a command': [['ge'], { candidates: ['get'] }],
  'a command that there is not': [['gex'], {}],
  'help about a command': [['help', 'r'], { candidates: ['resume', 'retry', 'revert'] }],
  'an argument that is a canary': [['get', ''], { source: 'canaries' }],
  'every command to a release takes a canary': [['abort', 'po'], { source: 'canaries' }],
  'no second argument': [['get', 'podinfo', ''], {}],
  'an argument with choices': [['completion', ''], { candidates: ['bash', 'zsh', 'fish'] }],
  'a command without arguments': [['list', ''], {}],
  'options of a command, then those of all': [
    ['get', '-'],
    { candidates: ['--all-namespaces', '--output', '--help', '--kubeconfig', '--context', '--namespace'] },
  ],
  'the beginning of an option': [['status', 'podinfo', '--t'], { candidates: ['--timeout'] }],
  'an option that says no': [['abort', '--no'], { candidates: ['--no-wait'] }],
  'a value with choices': [['get', '-o', ''], { candidates: ['json', 'yaml', 'wide'] }],
  'a value in the word of its option': [['get', '--output=j'], { candidates: ['--output=json'] }],
  'a value after an equals sign, from elsewhere': [['get', '--namespace=pr'], { source: '--namespace=namespaces' }],
  'a value that is a namespace': [['get', '-n', ''], { source: 'namespaces' }],
  'a value of an option before the command': [['--context', 'k'], { source: 'contexts' }],
  'a value that is a file': [['validate', '-f', ''], { source: 'files' }],
  'a value that may be anything': [['status', 'podinfo', '--timeout', ''], {}],
  'a value for an option that takes none': [['get', '--all-namespaces=x'], {}],
  'a name after options with values': [['get', '-n', 'prod', '-o', 'wide', '--context=k', ''], { source: 'canaries' }],
  'a name after an option with its value beside it': [['get', '-nprod', ''], { source: 'canaries' }],
  'a name after an option without a value': [['status', '--watch', ''], { source: 'canaries' }],
  'a name after an option that there is not': [['status', '--nonsense', ''], { source: 'canaries' }],
  'nothing is an option after two dashes': [['get', '--', '-'], { source: 'canaries' }],
};

for (const [sentence, [words, wanted]] of Object.entries(lines)) {
  void t.test(sentence, async (t) => {
    const { candidates, source } = complete(program, words);
    t.strictSame(
      candidates.map(({ value }) => value),
      wanted.candidates ?? [],
    );
    t.equal(source && `${source.before}${source.of}`, wanted.source);
  });
}

void t.test('what was given says which cluster is asked', async (t) => {
  const { values } = complete(program, ['-n', 'prod', 'get', '--context=k', '--kubeconfig', 'f', '']);
  t.strictSame(values, { namespace: 'prod', context: 'k', kubeconfig: 'f' });
});

void t.test('commands and options come with their descriptions', async (t) => {
  t.match(complete(program, ['version']).candidates, [{ description: 'print the version' }]);
  t.match(complete(program, ['get', '--con']).candidates, [{ description: /kubeconfig/ }]);
});

void t.test('every value that the program declares has its place in completion', async (t) => {
  for (const command of [program, ...program.commands]) {
    const valued = command.options.filter(({ required, optional }) => required || optional);
    for (const declared of [...valued, ...command.registeredArguments].filter(({ argChoices }) => !argChoices)) {
      const known = placeholderOf(declared) in PLACEHOLDERS || command.name() === '__complete';
      t.ok(known, `${command.name()} ${placeholderOf(declared)}`);
    }
  }
});
