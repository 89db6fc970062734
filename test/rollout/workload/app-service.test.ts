import t from 'tap';
import { ROLE } from '../../../src/rollout/keys.ts';
import type { Deployment, Service } from '../../../src/rollout/kube.ts';
import { appServiceOf, type ServiceSearch } from '../../../src/rollout/workload/app-service.ts';
import { deployment, service } from '../../build.ts';

const selecting = (name: string, selector: Record<string, string>, more: Partial<Service['spec']> = {}): Service =>
  service(name, ({ spec }) => Object.assign(spec, { selector, ...more }));
const web = selecting('web', { app: 'podinfo' });
const own = selecting('podinfo', { app: 'podinfo' });
const tiered: Deployment = deployment('1.0', ({ spec }) => {
  spec.selector = { matchLabels: { app: 'podinfo', tier: 'api' } };
  spec.template.metadata = { labels: { app: 'podinfo', tier: 'api' } };
});
const generated = service('podinfo-canary', ({ metadata, spec }) => {
  metadata.labels = { [ROLE]: 'service' };
  spec.selector = { app: 'podinfo-canary' };
});

const search = (services: Service[], more: Partial<ServiceSearch> = {}): ServiceSearch => ({
  ...{ deployment: deployment(), label: 'app', name: undefined, neighbours: [], services },
  ...more,
});

const found: Record<string, [ServiceSearch, string]> = {
  'the one of its name': [search([web, own]), 'podinfo'],
  'the only one that selects its pods, of another name': [search([web, selecting('db', { app: 'db' })]), 'web'],
  'the one that is written, also where one has its name': [search([web, own], { name: 'web' }), 'web'],
  'one beside the canary’s own': [search([own, generated]), 'podinfo'],
  'one beside another that a user wrote for the canary alone': [
    search([own, selecting('podinfo-canary', { app: 'podinfo-canary' })]),
    'podinfo',
  ],
  'one that selects by more than the label': [
    search([selecting('web', { app: 'podinfo', tier: 'api' })], { deployment: tiered }),
    'web',
  ],
  'Headgate’s own, of the release before': [
    search([service('podinfo', ({ metadata }) => (metadata.labels = { [ROLE]: 'service' }))]),
    'podinfo',
  ],
};
for (const [claim, [given, name]] of Object.entries(found)) {
  const answer = appServiceOf(given);
  t.equal(answer.is === 'found' ? answer.service.metadata.name : JSON.stringify(answer), name, claim);
}

t.same(appServiceOf(search([selecting('db', { app: 'db' })])), { is: 'absent' }, 'none that selects its pods');
t.same(appServiceOf(search([service('all', ({ spec }) => delete spec.selector)])), { is: 'absent' }, 'none by chance');

const refused: Record<string, [ServiceSearch, string, RegExp]> = {
  'a name that is nobody’s': [
    search([own], { name: 'web' }),
    'ServiceNotFound',
    /no Service web in namespace prod.*headgate\.dev\/service/,
  ],
  'a Service of its name that selects other pods': [
    search([selecting('podinfo', { app: 'other' })]),
    'ServiceNotFound',
    /does not select the pods of Deployment podinfo/,
  ],
  'several of other names': [
    search([web, selecting('admin', { app: 'podinfo' })]),
    'ServiceAmbiguous',
    /web, admin.*headgate\.dev\/service: web/,
  ],
  'one that other Deployments share': [
    search([web], { neighbours: [{ app: 'podinfo', version: 'v2' }] }),
    'ServiceAmbiguous',
    /web selects the pods of other workloads/,
  ],
  headless: [search([selecting('podinfo', { app: 'podinfo' }, { clusterIP: 'None' })]), 'ServiceHeadless', /headless/],
  'an ExternalName': [
    search([selecting('podinfo', {}, { type: 'ExternalName', externalName: 'x.example.com' })]),
    'ServiceExternalName',
    /leads out of the cluster/,
  ],
  'without a selector': [search([selecting('podinfo', {})]), 'ServiceNoSelector', /no selector/],
  'a named target that the template does not have': [
    search([selecting('podinfo', { app: 'podinfo' }, { ports: [{ port: 80, targetPort: 'web' }] })]),
    'PortNotExposed',
    /port 80 of Service podinfo leads to the container port web/,
  ],
  'one that selects the canary’s pods too': [
    search([selecting('podinfo', { tier: 'api' })], { deployment: tiered }),
    'SelectorOverlap',
    /do not select by it: podinfo; let tier tell them apart, by headgate\.dev\/selector-label: tier/,
  ],
  'one beside it that selects the canary’s pods too': [
    search([selecting('podinfo', { app: 'podinfo', tier: 'api' }), selecting('metrics', { tier: 'api' })], {
      deployment: tiered,
    }),
    'SelectorOverlap',
    /do not select by it: metrics/,
  ],
  'where no label would do': [
    search([selecting('podinfo', { part: 'x' })], {
      deployment: deployment('1.0', ({ spec }) => {
        spec.template.metadata = { labels: { app: 'podinfo', part: 'x' } };
      }),
    }),
    'SelectorOverlap',
    /add app: podinfo to their selectors$/,
  ],
};
for (const [claim, [given, reason, message]] of Object.entries(refused)) {
  t.match(appServiceOf(given), { is: 'unusable', reason, message }, claim);
}
