import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Json, KubeObject } from '../api.ts';
import type { Launch } from '../images.ts';
import { type Confined, confine } from './confine.ts';
import { MissingConfig } from './environment.ts';
import { watchProbe } from './probe.ts';
import { contain } from './runtime.ts';
import type { Mount } from './volumes.ts';

/** A launch with everything resolved: the file to run and its whole environment. */
export interface Resolved extends Launch {
  file: string;
  mounts: Mount[];
  /** Where the mounts can be assembled. */
  root: string;
  /** Words before the command, which take it into the pod's own network where there is one. */
  enter: readonly string[];
}

/** What a container needs from its pod. */
export interface ContainerHost {
  pod: KubeObject;
  ip: string;
  logFile: string;
  /** Undefined: the image is not known. Throws MissingConfig when the pod refers to what is not there. */
  resolve: () => Promise<Resolved | undefined>;
  changed: () => void;
}

type State =
  | { waiting: { reason: string; message?: string } }
  | { running: { startedAt: string } }
  | { terminated: { exitCode: number; reason: string; startedAt: string; finishedAt: string } };

/** kubelet waits 10 s, 20 s, ... up to 5 min; here a test can watch it. A run of 30 s clears the count. */
const backoffMs = [1_000, 2_000, 4_000];
const healthyRunMs = 30_000;

/** Runs one container of a pod: its process, probes, restarts, and the status that tells of them. */
export class Container {
  readonly spec: Json;
  readonly #host: ContainerHost;
  #state: State = { waiting: { reason: 'ContainerCreating' } };
  #lastState: State | undefined;
  #restarts = 0;
  #started = false;
  #ready = false;
  #child: ChildProcess | undefined;
  #stopProbes: () => void = () => {};
  readonly #stopping = new AbortController();

  constructor(spec: Json, host: ContainerHost) {
    this.spec = spec;
    this.#host = host;
  }

  get ready(): boolean {
    return this.#ready;
  }

  get pid(): number | undefined {
    return 'running' in this.#state ? this.#child?.pid : undefined;
  }

  /** The exit code once it has ended for good, else undefined. */
  get exitCode(): number | undefined {
    return 'terminated' in this.#state ? this.#state.terminated.exitCode : undefined;
  }

  status(): Json {
    return {
      name: this.spec.name,
      image: this.spec.image,
      imageID: `rig://${this.spec.image}`,
      containerID: this.#child?.pid ? `rig://${this.#host.pod.metadata.uid}-${this.spec.name}-${this.#restarts}` : '',
      ready: this.#ready,
      started: this.#started,
      restartCount: this.#restarts,
      state: this.#state,
      lastState: this.#lastState ?? {},
    };
  }

  /** Resolves when the container has ended for good: by `stop`, or because the policy lets it rest. */
  async run(restartPolicy: string): Promise<void> {
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      const launch = await this.#launchable();
      if (!launch || this.#stopping.signal.aborted) return;
      const startedAt = Date.now();
      const code = await this.#runOnce(launch);
      if (this.#stopping.signal.aborted || restartPolicy === 'Never') return;
      if (restartPolicy === 'OnFailure' && code === 0) return;
      if (Date.now() - startedAt > healthyRunMs) failures = 0;
      await this.#backOff(backoffMs[Math.min(failures, backoffMs.length - 1)] ?? 0);
      failures += 1;
      this.#restarts += 1;
    }
  }

  /** SIGTERM, then SIGKILL after the grace. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const hardKill = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await exited;
    clearTimeout(hardKill);
  }

  /** SIGKILL of the process: it restarts, as after an out-of-memory kill. */
  crash(): void {
    this.#child?.kill('SIGKILL');
  }

  async #launchable(): Promise<Resolved | undefined> {
    while (!this.#stopping.signal.aborted) {
      try {
        const launch = await this.#host.resolve();
        if (launch) return launch;
        const message = `failed to pull image "${this.spec.image}": not in the rig's table of images`;
        this.#set({ waiting: { reason: 'ErrImagePull', message } });
      } catch (error) {
        const reason = error instanceof MissingConfig ? error.name : 'ContainerCreating';
        this.#set({ waiting: { reason, message: String((error as Error).message) } });
      }
      await this.#rest(1_000);
    }
    return undefined;
  }

  async #runOnce(launch: Resolved): Promise<number> {
    const startedAt = new Date().toISOString();
    if (launch.program === 'none') return this.#seem(startedAt);
    const child = this.#spawn(launch);
    this.#child = child;
    const exited = new Promise<number>((resolve) => {
      child.once('error', () => resolve(127));
      child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGTERM' ? 143 : 137)));
    });
    this.#set({ running: { startedAt } });
    this.#startProbes(launch);
    let crashed = false;
    const crashTimer = setTimeout(
      () => {
        crashed = true;
        child.kill('SIGKILL');
      },
      launch.crashAfterMs ?? 2 ** 31 - 1,
    );
    const code = await exited.then((real) => (crashed ? 1 : real));
    clearTimeout(crashTimer);
    this.#stopProbes();
    this.#started = false;
    this.#ready = false;
    const reason = code === 0 ? 'Completed' : 'Error';
    this.#set({ terminated: { exitCode: code, reason, startedAt, finishedAt: new Date().toISOString() } });
    return code;
  }

  /** Ready at once, without a process and whatever its probes are, until it is stopped: for hundreds of pods at a time. */
  async #seem(startedAt: string): Promise<number> {
    this.#started = true;
    this.#ready = true;
    this.#set({ running: { startedAt } });
    while (!this.#stopping.signal.aborted) await this.#rest(86_400_000);
    return 0;
  }

  #spawn(launch: Resolved): ChildProcess {
    const log = openSync(this.#host.logFile, 'a');
    const confined = this.#confined(launch);
    const [command = '', ...args] = [...launch.enter, confined.command, ...confined.args];
    const child = spawn(command, args, { detached: true, stdio: ['ignore', log, log], env: launch.env });
    closeSync(log);
    return child;
  }

  #confined({ image, file, args, env, mounts, root }: Resolved): Confined {
    const { pod } = this.#host;
    if (image === undefined) return confine(pod.metadata.name, [file, ...args], mounts, root);
    return contain({ pod, container: this.spec, image, args, env, mounts, dir: `${root}-${this.spec.name}` });
  }

  #startProbes(launch: Resolved): void {
    const { startupProbe, readinessProbe, livenessProbe } = this.spec;
    const target = { ip: this.#host.ip, container: this.spec, lenient: launch.lenientProbes ?? false };
    const stops: (() => void)[] = [];
    this.#stopProbes = () => stops.splice(0).forEach((stop) => stop());
    const afterStart = (): void => {
      this.#started = true;
      if (!readinessProbe) this.#setReady(true);
      else stops.push(watchProbe(readinessProbe, target, true, (healthy) => this.#setReady(healthy)));
      if (livenessProbe)
        stops.push(watchProbe(livenessProbe, target, false, (healthy) => healthy || this.#unhealthy()));
      this.#host.changed();
    };
    if (!startupProbe) afterStart();
    else stops.push(watchProbe(startupProbe, target, false, (healthy) => (healthy ? afterStart() : this.#unhealthy())));
  }

  #unhealthy(): void {
    const child = this.#child;
    this.#stopProbes();
    child?.kill('SIGTERM');
    setTimeout(
      () => child?.kill('SIGKILL'),
      (this.#host.pod['spec'].terminationGracePeriodSeconds ?? 30) * 1_000,
    ).unref();
  }

  async #backOff(ms: number): Promise<void> {
    this.#lastState = this.#state;
    const message = `back-off ${ms / 1000}s restarting failed container=${this.spec.name}`;
    this.#set({ waiting: { reason: 'CrashLoopBackOff', message } });
    await this.#rest(ms);
  }

  async #rest(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }

  #setReady(ready: boolean): void {
    this.#ready = ready;
    this.#host.changed();
  }

  #set(state: State): void {
    this.#state = state;
    this.#host.changed();
  }
}
