import { readdirSync, readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { Deployment } from '../../src/rollout/kube.ts';
import type { RolloutSpec } from '../../src/rollout/spec/spec-types.ts';

/** What the answer must contain about one problem: the key, the value as it is shown, and what would be right. */
export interface Expectation {
  key: string;
  value?: string;
  says: string;
}

/** A Deployment that Headgate refuses, and that an API server without Headgate takes. */
export interface WrongCase {
  name: string;
  deployment: Deployment;
  /** One a problem; there are no others. */
  expect: Expectation[];
}

/** A Deployment that Headgate takes. */
export interface RightCase {
  name: string;
  deployment: Deployment;
  /** What of the spec must come out; undefined where a Canary has the settings. */
  expect?: Partial<RolloutSpec>;
}

/** A document of a corpus file: annotations without prefix, and a JSON merge patch for the base Deployment. */
interface Written<Expect> {
  name: string;
  annotations?: Record<string, string>;
  deployment?: object;
  expect: Expect;
}

export const wrongCases = (): WrongCase[] => casesIn<Expectation[]>('wrong');

export const rightCases = (): RightCase[] => casesIn<Partial<RolloutSpec>>('right');

function casesIn<Expect>(folder: string): { name: string; deployment: Deployment; expect: Expect }[] {
  const url = new URL(`${folder}/`, import.meta.url);
  const files = readdirSync(url).filter((file) => file.endsWith('.yaml'));
  const documents = files.toSorted().flatMap((file) => parseAllDocuments(readFileSync(new URL(file, url), 'utf8')));
  return documents.map((document) => {
    const { name, annotations, deployment, expect } = document.toJS() as Written<Expect>;
    return { name, deployment: deploymentOf(name, annotations, deployment), expect };
  });
}

/** Without replicas: what is tried is the words, not the pods. */
function deploymentOf(name: string, annotations: Record<string, string> = {}, changes: object = {}): Deployment {
  const id = slug(name);
  const notes = Object.entries({ canary: 'true', ...annotations }).map(([key, text]) => [`headgate.dev/${key}`, text]);
  const ports = [
    { name: 'http', containerPort: 9898 },
    { name: 'grpc', containerPort: 9999 },
  ];
  const base = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: id, annotations: Object.fromEntries(notes) },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: id } },
      template: {
        metadata: { labels: { app: id } },
        spec: { containers: [{ name: 'podinfo', image: 'podinfo:1.4.0', ports }] },
      },
    },
  };
  return merged(base, changes) as Deployment;
}

const slug = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 50)
    .replaceAll(/^[-0-9]+|-+$/g, '');

/** JSON merge patch (RFC 7396). */
function merged(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = typeof target === 'object' && target !== null ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}
