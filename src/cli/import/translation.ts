import type { SourceObject } from '../documents.ts';
import { translateAlertProvider } from './alert-provider.ts';
import { type Made, translateCanary } from './canary.ts';
import { labelOf } from './flagger-object.ts';
import { metadataRemarks } from './metadata.ts';
import { translateMetricTemplate } from './metric-template.ts';
import { placeholderRemarks } from './placeholders.ts';
import { inOrder, isLoss, problemOn, type Remark } from './remark.ts';

/** What became of one object of Flagger's. */
export interface TranslatedObject {
  place: string;
  /** `Canary test/podinfo` */
  subject: string;
  /** Undefined of a MetricTemplate whose query goes into metrics, and of what cannot be translated at all. */
  made?: Made;
  /** The gravest first. */
  remarks: Remark[];
}

export interface Translation {
  objects: TranslatedObject[];
  /** Objects that are not Flagger's: their subjects and places. */
  leftAlone: { subject: string; place: string }[];
}

const GROUP = 'flagger.app/';
const VERSIONS = ['v1beta1', 'v1alpha3', 'v1alpha2', 'v1alpha1'];

/** Every object of Flagger's in the input as Headgate's; they are looked at together, for Canaries refer to others. */
export function translate(sources: readonly SourceObject[]): Translation {
  const flaggers = sources.filter(isFlaggers);
  const valuesOf = (kind: string) => flaggers.filter(isA(kind)).map(({ value }) => value);
  const neighbours = { templates: valuesOf('MetricTemplate'), alertProviders: valuesOf('AlertProvider') };
  const canaries = new Map(valuesOf('Canary').map((value) => [value, translateCanary(value, neighbours)]));
  const used = new Set([...canaries.values()].flatMap((canary) => canary.templates));
  const objects = flaggers.map((source) => translated(source, canaries.get(source.value) ?? other(source, used)));
  return { objects, leftAlone: sources.filter((source) => !isFlaggers(source)).map(introduced) };
}

export const hasLosses = ({ objects }: Translation): boolean => objects.some(({ remarks }) => remarks.some(isLoss));

const isFlaggers = ({ value }: SourceObject): boolean => String(value['apiVersion']).startsWith(GROUP);

const isA =
  (kind: string) =>
  ({ value }: SourceObject): boolean =>
    value['kind'] === kind;

function other({ value }: SourceObject, used: ReadonlySet<string>): { made?: Made; remarks: Remark[] } {
  switch (value['kind']) {
    case 'AlertProvider':
      return translateAlertProvider(value);
    case 'MetricTemplate':
      return translateMetricTemplate(value, used.has(labelOf(value)));
    default: {
      const message = "is no kind of Flagger's; known are Canary, MetricTemplate and AlertProvider";
      return { remarks: [problemOn('kind', message, value['kind'])] };
    }
  }
}

function translated(source: SourceObject, { made, remarks }: { made?: Made; remarks: Remark[] }): TranslatedObject {
  return { ...introduced(source), ...(made && { made }), remarks: inOrder([...general(source), ...remarks]) };
}

const general = (source: SourceObject): Remark[] => [
  ...versionRemarks(source),
  ...metadataRemarks(source.value),
  ...placeholderRemarks(source.value),
];

function versionRemarks({ value }: SourceObject): Remark[] {
  const version = String(value['apiVersion']);
  if (VERSIONS.some((known) => version === GROUP + known)) return [];
  const message = `is no version of Flagger's that is known here; it is read as ${GROUP}${VERSIONS[0]}`;
  return [problemOn('apiVersion', message, version)];
}

const introduced = ({ place, value }: SourceObject): { place: string; subject: string } => ({
  place,
  subject: `${String(value['kind'])} ${labelOf(value)}`.trim(),
});
