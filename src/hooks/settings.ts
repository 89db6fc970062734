import { checked, clusterDomain, type Environment, type Parse, reader } from '../config.ts';
import { ALLOWED_EXAMPLES, type Allowed, readAllowed } from './allowed.ts';
import type { HookRules } from './destination.ts';

/** Whom hooks may call, as the environment says. @throws AppError CONFIG_INVALID naming everything that is wrong. */
export const loadHookRules = (env: Environment): Readonly<HookRules> => loadRules(env, 'HEADGATE_HOOKS_ALLOW');

/** Whom MetricTemplates may ask. @throws AppError CONFIG_INVALID naming everything that is wrong. */
export const loadMetricRules = (env: Environment): Readonly<HookRules> => loadRules(env, 'HEADGATE_METRICS_ALLOW');

function loadRules(env: Environment, variable: string): Readonly<HookRules> {
  const { read, problems } = reader(env);
  const domain = read('HEADGATE_CLUSTER_DOMAIN', 'cluster.local', clusterDomain);
  const allowed = read(variable, '', allowList(domain));
  return checked({ allowed, clusterDomain: domain }, problems);
}

/** Entries with commas or space between; none is an empty list. */
const allowList =
  (clusterDomain: string): Parse<readonly Allowed[]> =>
  (text) => {
    // Its entries cannot be told apart: a password may have commas and space in it.
    if (text.includes('@')) return { wanted: `entries such as ${ALLOWED_EXAMPLES}, without a user or a password` };
    const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
    const read = entries.map((entry) => ({ entry, result: readAllowed(entry, clusterDomain) }));
    const wrong = read.flatMap(({ entry, result }) => ('problem' in result ? [`"${entry}" ${result.problem}`] : []));
    if (wrong.length > 0) return { wanted: `entries such as ${ALLOWED_EXAMPLES}; ${wrong.join('; ')}` };
    return { value: Object.freeze(read.flatMap(({ result }) => ('problem' in result ? [] : [result]))) };
  };
