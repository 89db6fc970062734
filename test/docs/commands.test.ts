import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { addClientCommands, createProgram } from '../../src/cli/program.ts';
import { firstCells, page, ROOT, rows, section } from './pages.ts';

const text = page('docs/commands.md');
const program = addClientCommands(createProgram());
/** Without those that only a shell asks for. */
const visible = program
  .createHelp()
  .visibleCommands(program)
  .filter((command) => command.name() !== 'help');
/** Commands that main.ts adds: they run the product. */
const serving = [...readFileSync(join(ROOT, 'src/main.ts'), 'utf8').matchAll(/\.command\('(\w+)'\)/g)].map(
  ([, name = '']) => name,
);

void t.test('every command is documented with its arguments, and nothing else', async (t) => {
  const [table = ''] = text.split('## Exit codes');
  const client = visible.map((command) => {
    const words = command.registeredArguments.map((argument) =>
      argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
    );
    return [command.name(), ...words].join(' ');
  });
  t.same(firstCells(table).toSorted(), [...client, ...serving].toSorted());
});

void t.test('every option is named on the page', async (t) => {
  for (const command of [program, ...visible]) {
    for (const { long, short } of command.options) {
      const flags = [long, short].filter((flag) => flag !== undefined).join('|');
      t.match(text, new RegExp(String.raw`(?<![\w-])(${flags})(?![\w-])`), `${command.name()} ${flags}`);
    }
  }
});

void t.test('the exit codes are in order', async (t) => {
  t.same(
    rows(section(text, '## Exit codes')).map(([exit]) => exit),
    ['0', '1', '2', '3', '4'],
  );
});
