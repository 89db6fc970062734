import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const USAGE = `usage: npm run demo [-- --keep]
A Kubernetes control plane with Istio, on this machine: podinfo is deployed and enrolled, a good version is released, a
failing one is kept out. The first run fetches what the machine lacks, once, or builds it, which takes 11 to 30 minutes.
  --keep  leave the cluster up at the end, and say how to reach it`;

const { values } = parseArgs({ options: { keep: { type: 'boolean' }, help: { type: 'boolean' } } });

if (values.help) process.stdout.write(`${USAGE}\n`);
else await run(values.keep ?? false);

/** Runs the story in a rig of its own. */
async function run(keep: boolean): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'headgate-demo-'));
  const ready = join(dir, 'ready.json');
  const here = import.meta.dirname;
  const story = [process.execPath, join(here, 'inside.ts'), ...(keep ? [`--keep=${ready}`] : [])];
  process.stdout.write(
    'Headgate demo: bringing up Kubernetes, Istio, Envoy, Prometheus and Redis on this machine ...\n',
  );
  const rig = spawn(process.execPath, [join(here, '..', 'rig', 'up.ts'), '--', ...story], { stdio: 'inherit' });
  // A terminal tells the rig itself; others are passed on.
  process.on('SIGINT', () => process.stdin.isTTY || rig.kill('SIGINT'));
  process.on('SIGTERM', () => rig.kill('SIGTERM'));
  const ended = new AbortController();
  rig.once('exit', (code) => {
    process.exitCode = code ?? 1;
    rmSync(dir, { recursive: true, force: true });
    ended.abort();
  });
  if (keep) await tellHowToReach(rig.pid ?? 0, ready, ended.signal);
}

async function tellHowToReach(rigPid: number, ready: string, ended: AbortSignal): Promise<void> {
  while (!existsSync(ready)) {
    if (ended.aborted) return;
    await sleep(200);
  }
  const { bin, kubeconfig, rigFile } = JSON.parse(readFileSync(ready, 'utf8')) as Record<string, string>;
  const inner = childOf(childOf(rigPid));
  const env = `HEADGATE_RIG=${rigFile} KUBECONFIG=${kubeconfig} PATH=${bin}:$PATH`;
  const lines = [
    '',
    'The cluster stays up until Ctrl-C, and podinfo goes on getting 20 requests a second. It is in a network of its own;',
    'a shell inside it:',
    '',
    `  KUBECONFIG=${kubeconfig}`,
    `  nsenter -t ${inner} --net --pid --mount env ${env} bash`,
    '',
    'What to try there:',
    '',
    '  kubectl get canaries.headgate.dev -A',
    '  kubectl -n demo describe hgc podinfo',
    '  kubectl -n demo set image deployment/podinfo podinfo=podinfo:1.5.0      # held, analysed, promoted',
    '  kubectl headgate status podinfo -n demo --watch                         # follow it; the exit code says how it ended',
    '  kubectl headgate pause podinfo -n demo                                  # or resume, promote, abort, retry, revert',
    '  kubectl -n demo set image deployment/podinfo podinfo=podinfo:1.5.1-slow # too slow: rolled back',
    '  kubectl -n demo annotate deployment/podinfo headgate.dev/interval=soon --overwrite   # refused, with what is right',
    '  curl -s -H "Host: podinfo.example.com" http://10.244.0.1:8080/ | grep message',
    '',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** up.ts starts unshare, and that the process whose namespaces are the rig's. */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0] ?? 0);
}
