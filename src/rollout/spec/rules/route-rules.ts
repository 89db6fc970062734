import { MESH, shortGateway } from '../schema/hosts.ts';
import { type Finding, isRecord, type NameField, type Path, valueAt } from './findings.ts';

/** What is wrong between fields of the route, in a form of any shape. */
export const routeFindings = (form: unknown, nameField: NameField): Finding[] => [
  ...retriesOff(form),
  ...boundGateways(form, nameField),
];

const RETRIES: Path = ['service', 'retries'];

function retriesOff(form: unknown): Finding[] {
  const retries = valueAt(form, RETRIES);
  if (!isRecord(retries) || retries['attempts'] !== 0) return [];
  return ['perTryTimeout', 'retryOn']
    .filter((field) => retries[field] !== undefined)
    .map((field) => ({
      path: [...RETRIES, field],
      message: 'has no meaning beside attempts: 0, which turns retries off; drop it, or raise attempts',
    }));
}

const GATEWAYS: Path = ['service', 'gateways'];

/** A condition on a Gateway that the route is not bound to is never met. */
function boundGateways(form: unknown, nameField: NameField): Finding[] {
  const bound = [...textsAt(form, GATEWAYS), MESH].map(shortGateway);
  const conditions = valueAt(form, ['service', 'match']);
  if (!Array.isArray(conditions)) return [];
  return conditions.flatMap((_condition, index) => {
    const path = ['service', 'match', index, 'gateways'];
    const strange = textsAt(form, path).find((gateway) => !bound.includes(shortGateway(gateway)));
    if (strange === undefined) return [];
    return [{ path, message: `has ${strange}, which the route is not bound to; add it to ${nameField(GATEWAYS)} too` }];
  });
}

function textsAt(form: unknown, path: Path): string[] {
  const value = valueAt(form, path);
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}
