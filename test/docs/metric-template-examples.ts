import { parseAllDocuments } from 'yaml';
import { page } from './pages.ts';

export interface TemplateExample {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  spec: { provider: { type: string; region?: string } };
}

/** Every template on the page about them. */
export const templateExamples = (): TemplateExample[] =>
  [...page('docs/metric-templates.md').matchAll(/```yaml\n([^]*?)```/g)]
    .flatMap(([, text = '']) => parseAllDocuments(text).map((document) => document.toJS() as Partial<TemplateExample>))
    .filter((object): object is TemplateExample => object.kind?.endsWith('MetricTemplate') === true);
