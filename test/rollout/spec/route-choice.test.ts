import t from 'tap';
import {
  namespacesElsewhere,
  type RouteChoice,
  readRouteChoice,
  routeChoiceText,
} from '../../../src/rollout/spec/route-choice.ts';

const readings: Record<string, RouteChoice | undefined> = {
  web: { name: 'web' },
  'web.internal': { name: 'web.internal' },
  'web/main': { name: 'web', rule: 'main' },
  'web/*': { name: 'web' },
  'infra/web/main': { namespace: 'infra', name: 'web', rule: 'main' },
  'infra/web/*': { namespace: 'infra', name: 'web' },
  'infra/web/Any Name': { namespace: 'infra', name: 'web', rule: 'Any Name' },
  '': undefined,
  '/': undefined,
  'web/': undefined,
  '/web': undefined,
  Web: undefined,
  '*': undefined,
  'infra/web/': undefined,
  '/web/main': undefined,
  'infra//main': undefined,
  'in.fra/web/main': undefined,
  'infra/*/main': undefined,
  'infra/web/main/x': undefined,
};
for (const [text, choice] of Object.entries(readings)) {
  t.same(readRouteChoice(text), choice, text === '' ? 'nothing' : text);
  if (choice !== undefined) t.same(readRouteChoice(routeChoiceText(choice)), choice, `${text} is written so again`);
}

const choices = [{ name: 'a' }, { namespace: 'prod', name: 'b' }, { namespace: 'infra', name: 'c' }];
t.same(
  namespacesElsewhere([...choices, { namespace: 'infra', name: 'd' }], 'prod'),
  ['infra'],
  'each once, not its own',
);
t.same(namespacesElsewhere(undefined, 'prod'), []);
