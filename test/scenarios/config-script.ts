import type { Deployment } from '../../src/rollout/kube.ts';
import type { Simulation } from '../simulation.ts';

/** A container takes its variables from a ConfigMap: what a user writes into the Deployment. */
export function refer({ spec }: Deployment, [name = '', optional]: string[]): void {
  const [container] = spec.template.spec.containers;
  const configMapRef = { name, ...(optional === 'optional' && { optional: true }) };
  if (container) container['envFrom'] = [{ configMapRef }];
}

/** `config NAME WORD`: a ConfigMap says something else; without a word it is deleted. */
export function config({ cluster }: Simulation, [name = '', word]: string[]): undefined {
  if (word === undefined) cluster.config.words.delete(`configmap/${name}`);
  else cluster.config.words.set(`configmap/${name}`, word);
  cluster.dirty = true;
}

/** `config-policy off`: from now on pods refer to what their template names. */
export function configPolicy({ cluster }: Simulation, [state]: string[]): undefined {
  cluster.config.isPolicyThere = state === 'on';
}

/** `tracking off`: the Deployment opts out; `tracking off app`: one ConfigMap does, for all that refer to it. */
export function tracking({ cluster, ticker }: Simulation, [state, name]: string[]): undefined {
  if (name === undefined) ticker.spec = { ...ticker.spec, configTracking: state === 'on' };
  else cluster.config.track(`configmap/${name}`, state === 'on');
  cluster.dirty = true;
}

export function referNothing({ spec }: Deployment): void {
  for (const container of spec.template.spec.containers) delete container['envFrom'];
}
