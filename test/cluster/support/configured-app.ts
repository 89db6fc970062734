import type { Json, Rig } from '../../rig/rig.ts';
import { App, type AppOptions } from './app.ts';
import { isCanaryPod, variablesOf } from './content.ts';

/** Where podinfo finds its files. */
const FILES = '/etc/app';

/** What one answer says: which pod gave it, and on what content that runs. */
export interface Told {
  isCanary: boolean;
  /** Of each way in which the pod refers to them, its own word. */
  words: string;
}

/** podinfo, whose answers say what its ConfigMaps and its Secret said when it started. */
export class ConfiguredApp {
  readonly app: App;

  private constructor(app: App) {
    this.app = app;
  }

  static async deployed(rig: Rig, prefix: string, word: string, options: AppOptions = {}): Promise<ConfiguredApp> {
    const app = await App.in(rig, prefix, { change: refer, ...options });
    const configured = new ConfiguredApp(app);
    await configured.say(word);
    await configured.#apply();
    return configured;
  }

  /** Another one that runs on the same objects. */
  static async beside({ app }: ConfiguredApp, options: AppOptions): Promise<ConfiguredApp> {
    const configured = new ConfiguredApp(App.beside(app, { change: refer, ...options }));
    await configured.#apply();
    return configured;
  }

  async #apply(): Promise<void> {
    const { app } = this;
    await app.apply(app.manifest('1.4.0', { enrolled: false }));
    await app.kubectl(['rollout', 'status', `deployment/${app.name}`, '--timeout=60s']);
  }

  /** All its objects say this word from now on, as a user applies them. */
  async say(word: string, more: Json = {}): Promise<void> {
    const input = { apiVersion: 'v1', kind: 'List', items: objectsOf(word, more) };
    await this.app.apply(input, ['--server-side']);
  }

  /** One answer, and the files beside it. */
  async ask(): Promise<Told> {
    const variables = await variablesOf(this.app);
    const said = ['ONE', 'ALL_word', 'TOKEN', 'DB_token'].map((name) => variables.get(name) ?? 'nothing');
    return { isCanary: isCanaryPod(this.app, variables.get('HOSTNAME')), words: said.join(' ') };
  }

  /** What files say, by pod: `canary one one`. */
  async askFiles(): Promise<Told> {
    const { host, rig } = this.app;
    const { body } = await rig.gateway.request({ host, path: '/configs' });
    const files = JSON.parse(body) as Record<string, string>;
    return {
      isCanary: isCanaryPod(this.app, files['pod']),
      words: ['word', 'token', 'single', 'single-token', 'started'].map((name) => files[name]).join(' '),
    };
  }

  /** The words of many answers, each once: of the stable pods, and of the canary's. */
  async heard(count = 120): Promise<{ stable: string[]; canary: string[] }> {
    const told = { stable: new Set<string>(), canary: new Set<string>() };
    for (let round = 0; round < count; round++) {
      for (const { isCanary, words } of [await this.ask(), await this.askFiles()])
        told[isCanary ? 'canary' : 'stable'].add(words);
    }
    return { stable: [...told.stable].toSorted(), canary: [...told.canary].toSorted() };
  }

  /** One of the canary's pods is deleted. */
  async killCanaryPod(): Promise<void> {
    const { app } = this;
    const { stdout } = await app.kubectl(['get', 'pods', '-l', `app=${app.name}-canary`, '-o', 'name']);
    await app.kubectl(['delete', stdout.split('\n', 1)[0] ?? '', '--wait=false']);
  }
}

/** What a Secret says where ConfigMaps say a word: it is found nowhere else. */
export const secretOf = (word: string): string => `s3cr3t-${word}`;

/** What answers have when all objects say a word: of variables, and of files. */
export function saying(word: string): string[] {
  const secret = secretOf(word);
  return [
    [word, secret, word, secret, word, secret, word, secret],
    [word, word, secret, secret],
  ]
    .map((words) => words.join(' '))
    .toSorted();
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const objectsOf = (word: string, more: Json): Json[] => [
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'variables' }, data: { word } },
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'files' }, data: { word, ...more } },
  { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' }, data: { token: base64(secretOf(word)) } },
];

const PROJECTED: Json[] = [
  { configMap: { name: 'files', items: [{ key: 'word', path: 'word' }] } },
  { secret: { name: 'db' } },
  { downwardAPI: { items: [{ path: 'pod', fieldRef: { fieldPath: 'metadata.name' } }] } },
];

/**
 * Every way in which a pod can refer to them: variables, one and all; a projected volume; plain ones, by `subPath` and by an init
 * container, which says in a file what it found.
 */
function refer(deployment: Json): void {
  const [container] = deployment.spec.template.spec.containers;
  const configMapKeyRef = { name: 'variables', key: 'word' };
  const secretKeyRef = { name: 'db', key: 'token' };
  container.args = [`--config-path=${FILES}`];
  container.env = [
    { name: 'ONE', valueFrom: { configMapKeyRef } },
    { name: 'TOKEN', valueFrom: { secretKeyRef } },
    { name: 'MISSING', valueFrom: { configMapKeyRef: { name: 'nobody-has-it', key: 'word', optional: true } } },
    { name: 'NO_KEY', valueFrom: { configMapKeyRef: { name: 'variables', key: 'nobody-has-it', optional: true } } },
  ];
  container.envFrom = [
    { prefix: 'ALL_', configMapRef: { name: 'variables' } },
    { prefix: 'DB_', secretRef: { name: 'db' } },
  ];
  container.volumeMounts = [
    { name: 'files', mountPath: FILES },
    { name: 'plain', mountPath: `${FILES}/single`, subPath: 'word' },
    { name: 'plain-secret', mountPath: `${FILES}/single-token`, subPath: 'token' },
    { name: 'made', mountPath: `${FILES}/started`, subPath: 'started' },
  ];
  deployment.spec.template.spec.initContainers = [
    {
      name: 'init',
      image: 'busybox',
      command: [
        'sh',
        '-c',
        `printf '%s %s %s %s' "$ONE" "$token" "$(cat /plain/word)" "$(cat /secret/token)" > /made/started`,
      ],
      env: [{ name: 'ONE', valueFrom: { configMapKeyRef } }],
      envFrom: [{ secretRef: { name: 'db' } }],
      volumeMounts: [
        { name: 'plain', mountPath: '/plain' },
        { name: 'plain-secret', mountPath: '/secret' },
        { name: 'made', mountPath: '/made' },
      ],
    },
  ];
  deployment.spec.template.spec.volumes = [
    { name: 'files', projected: { sources: PROJECTED } },
    { name: 'plain', configMap: { name: 'files' } },
    { name: 'plain-secret', secret: { secretName: 'db' } },
    { name: 'made', emptyDir: {} },
  ];
}
