import { CANARY_SUFFIX, PREFIX } from '../keys.ts';
import type { StableLabel } from './pod-selectors.ts';

type Words = Record<string, string>;

/**
 * What of the Deployment's labels and annotations its canary gets. The pod template is not concerned: pods are the same.
 *
 * Annotations: those without a prefix, which Kubernetes leaves to users, and a few with one that tell people something. Any
 * other prefix is that of a program which the annotation steers, and which would act on the canary too: restart it
 * (Reloader), change its image (Keel, Flux), sync, own or delete it (Argo CD, Helm, kapp), scale it. Which programs there are
 * cannot be known, and one that acts on a canary spoils a release; so nothing is copied that is not known to be harmless.
 *
 * Labels: all but those by which a program finds what it owns, and deletes what is not in its source. Policies and bills go
 * by labels, in words that differ from place to place.
 */
export const canaryAnnotations = (annotations: Words | undefined): Words =>
  pick(annotations, (key) => !key.includes('/') || TELLING.test(key));

/** Words for people: a description, the cause of a change, and the owners and links of a8r.io. */
const TELLING = /^(kubernetes\.io\/(description|change-cause)|a8r\.io\/.+)$/;

/** The label that tells the canary's pods apart gets the suffix here too, where it says the same. */
export function canaryLabels(labels: Words | undefined, { key, value }: StableLabel): Words {
  const kept = pick(labels, (name) => !name.startsWith(PREFIX) && !OWNING.test(name));
  return kept[key] === value ? { ...kept, [key]: `${value}${CANARY_SUFFIX}` } : kept;
}

/** By which programs find what they own: of Argo CD, Flux, kapp, ApplySets, Rancher, the add-on manager, and Keel. */
const OWNING =
  /^(argocd\.argoproj\.io|(kustomize|helm)\.toolkit\.fluxcd\.io|kapp\.k14s\.io|applyset\.kubernetes\.io|(objectset\.rio|fleet)\.cattle\.io|addonmanager\.kubernetes\.io|keel\.sh)\//;

const pick = (words: Words | undefined, keep: (key: string) => boolean): Words =>
  Object.fromEntries(Object.entries(words ?? {}).filter(([key]) => keep(key)));
