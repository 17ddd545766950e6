import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { actionFor } from '../../src/hub/actions.ts';
import type { ActionDeps, ActionInput } from '../../src/hub/action.ts';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import { parseKubeconfig } from '../../src/kube/parse-kubeconfig.ts';
import type { LabPlan } from '../../src/lab/plan.ts';
import type { Bmc } from '../../src/machines/bmc/bmc.ts';
import { machineCredentials } from '../../src/machines/bmc/credentials.ts';
import { createOpenBmc } from '../../src/machines/bmc/redfish-client.ts';
import { runCoreosInstaller } from '../../src/rehearsal/installer/coreos-installer.ts';
import { runOc } from '../../src/rehearsal/installer/oc.ts';
import { runOpenshiftInstall } from '../../src/rehearsal/installer/openshift-install.ts';
import { rehearsedProvisionhost } from '../../src/rehearsal/installer/provisionhost.ts';
import { PARTICIPANT_HEADER } from '../../src/rehearsal/clock/traffic.ts';
import { parseFault } from '../../src/rehearsal/faults.ts';
import { createSitesDoor } from '../../src/sites/create-sites-door.ts';
import type { ServeHubApi } from '../../src/rehearsal/world/hub-api.ts';
import { serveControl } from '../../src/rehearsal/world/serve-control.ts';
import { createWorld, type World } from '../../src/rehearsal/world/create-world.ts';
import { isLabwrightError, LabwrightError } from '../../src/util/errors.ts';
import type { Clock } from '../../src/util/clock.ts';
import { localExec, type Exec } from '../../src/util/exec.ts';
import { CAUSE_HEADER, type Memory, type Step, type WaitingOn } from '../../src/util/step.ts';

const SECRET = 'test secret';
const RELEASE: ActionInput['release'] = { version: '4.18.10', image: 'quay.example.com/ocp/release:4.18.10-x86_64' };
export const PULL_SECRET = `{"auths":{"registry.example.com":{"auth":"${Buffer.from('robot:pretty-secret').toString('base64')}"}}}`;

/** How a job went: what each of its steps waited for, and why it ended. */
export interface JobReport {
  readonly steps: readonly {
    readonly id: string;
    readonly status: 'success' | 'failure';
    readonly waited: readonly WaitingOn[];
    readonly percents: readonly number[];
  }[];
  readonly error: { readonly on?: WaitingOn; readonly message: string; readonly hint: string | undefined } | undefined;
  readonly outputs: ReadonlyMap<string, string>;
  readonly log: readonly string[];
  readonly memory: Memory;
  readonly simulatedMs: number;
}

/** A lab in this process: a world that plays it, and the doors an agent would give to actions. */
export interface RehearsedLab {
  readonly world: World;
  readonly plan: LabPlan;
  /** As somebody who is no step opens it. */
  bmcOf(machine: string): Bmc;
  run(job: string, action: string, cluster: string, inputs?: Readonly<Record<string, string>>, options?: RunOptions): Promise<JobReport>;
  /** What `run` would run, for an engine to run it. */
  prepare(
    job: string,
    action: string,
    cluster: string,
    inputs?: Readonly<Record<string, string>>,
    options?: Omit<RunOptions, 'twice' | 'interruptAfterMs'>,
  ): Promise<PreparedJob>;
  close(): Promise<void>;
}

export interface PreparedJob {
  readonly steps: readonly Step<ActionDeps>[];
  readonly deps: ActionDeps;
  readonly clock: Clock;
  readonly outputs: ReadonlyMap<string, string>;
}

export interface RunOptions {
  /** Run each step a second time with the memory from before it, as an agent does that was killed before the step's end was written. */
  readonly twice?: boolean;
  /** Stop each step after so much simulated time, wherever it is then, and run it again from its beginning. */
  readonly interruptAfterMs?: number;
  /** Called before each step with its id. */
  readonly before?: (step: string) => Promise<void>;
  /** Make the spoke by GitOps from this repository. */
  readonly sites?: ActionInput['sites'];
  /** Default: a 4.18. */
  readonly release?: ActionInput['release'];
  /** As the job knows the lab; default: as the world does. */
  readonly plan?: LabPlan;
  /** The job is disconnected. */
  readonly mirror?: ActionInput['mirror'];
  /** Default: the cluster alone. */
  readonly rollout?: ActionInput['rollout'];
}

export async function rehearseLab(
  plan: LabPlan,
  options: {
    readonly hubs?: readonly string[];
    readonly faults?: readonly string[];
    readonly seed?: number;
    readonly crdsDir?: string;
    readonly sites?: Readonly<Record<string, string>>;
    /** Releases that the registry inside has. */
    readonly mirrored?: readonly string[];
    /** See WorldOptions. */
    readonly serveHubApi?: ServeHubApi;
    readonly startMs?: number;
  } = {},
): Promise<RehearsedLab> {
  const workDir = await mkdtemp(join(tmpdir(), 'labwright-hub-test-'));
  const worldLog: string[] = [];
  let broken: unknown;
  const world = await createWorld({
    plan,
    bmcSecret: SECRET,
    seed: options.seed ?? 1,
    speed: null,
    faults: (options.faults ?? []).map(parseFault),
    crdsDir: options.crdsDir ?? null,
    hubs: [...(options.hubs ?? [])],
    sites: options.sites ?? {},
    mirrored: [...(options.mirrored ?? [])],
    ...(options.serveHubApi && { serveHubApi: options.serveHubApi }),
    ...(options.startMs !== undefined && { startMs: options.startMs }),
    log: (line) => worldLog.push(line),
    failed: (error) => (broken = error),
  });
  const store = createServer((request, response) => {
    readFile(join(workDir, basename(request.url ?? ''))).then(
      (content) => response.end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', resolve));
  const bound = store.address();
  world.dial.set({ host: plan.jumphost.address, port: 8080 }, { host: '127.0.0.1', port: typeof bound === 'object' && bound !== null ? bound.port : 0 });

  const controlSocket = join(workDir, 'control.sock');
  const control = await serveControl(world, controlSocket, () => undefined);

  const clock = world.clock.participant('agent');
  const headers = { [PARTICIPANT_HEADER]: 'agent' };
  const credentials = machineCredentials(plan, SECRET);
  const openBmc = createOpenBmc({ clock, dial: world.dial.dial, tls: { insecure: true }, headers });
  const caPath = join(workDir, 'git-ca.pem');
  if (world.sitesCa !== undefined) await clock.during(writeFile(caPath, world.sitesCa));
  const sites = createSitesDoor({ clock, exec: localExec, dial: world.dial.dial, headers, simulated: true, dataDir: join(workDir, 'sites'), caPath });
  const depsOf = (dir: string, outputs: Map<string, string>): ActionDeps => ({
    clock,
    dial: world.dial.dial,
    exec: (command, execOptions) => clock.during(standIns(command, execOptions)),
    kube: (kubeconfig, cause) =>
      createKubeClient({ clock, dial: world.dial.dial, headers: { ...headers, [CAUSE_HEADER]: cause } }, parseKubeconfig(kubeconfig)),
    bmc: (machine, cause) => openBmc({ url: machine.bmc.url, ...credentials.get(machine.name)! }, cause),
    bmcCredentials: (machine) => credentials.get(machine.name)!,
    workDir: dir,
    serveFile: async (path) => {
      const name = path.slice(workDir.length + 1).replaceAll('/', '_');
      await clock.during(copyFile(path, join(workDir, name)));
      return `http://${plan.jumphost.address}:8080/${name}`;
    },
    output: async (name, content) => void outputs.set(name, content),
    evidence: async (name, content) => void outputs.set(name, typeof content === 'string' ? content : content.toString('base64')),
    oc: ['oc'],
    provisionhost: ({ name }) => {
      const host = rehearsedProvisionhost(join(workDir, 'provisionhost'), controlSocket, name);
      return {
        ...host,
        exec: (command, execOptions) => clock.during(host.exec(command, execOptions)),
        put: (path, to) => clock.during(host.fetch({ path }, to)),
      };
    },
    installer: ['openshift-install'],
    coreosInstaller: ['coreos-installer'],
    imagesDir: join(workDir, 'images'),
    skopeo: () => Promise.reject(new Error('not used here')),
    sites,
  });

  const prepare: RehearsedLab['prepare'] = async (
    job,
    name,
    clusterName,
    inputs = {},
    { sites: source, release = RELEASE, rollout, mirror, plan: known = plan } = {},
  ) => {
    const cluster = known.clusters.find((one) => one.name === clusterName)!;
    const input: ActionInput = {
      job,
      plan: known,
      cluster,
      inputs,
      release,
      pullSecret: PULL_SECRET,
      sshPublicKey: 'ssh-ed25519 AAAA test',
      ...(source && { sites: source }),
      ...(rollout && { rollout }),
      ...(mirror && { mirror }),
    };
    const dir = join(workDir, job);
    await clock.during(mkdir(dir, { recursive: true }));
    const outputs = new Map<string, string>();
    return { steps: actionFor(name, cluster)!(input), deps: depsOf(dir, outputs), clock, outputs };
  };

  return {
    world,
    plan,
    prepare,
    bmcOf: (name) => openBmc({ url: plan.machines.find((machine) => machine.name === name)!.bmc.url, ...credentials.get(name)! }),
    async run(job, name, clusterName, inputs = {}, { twice = false, interruptAfterMs, before: beforeStep, ...options } = {}) {
      const { steps: planned, deps, outputs } = await prepare(job, name, clusterName, inputs, options);
      const startMs = clock.now();
      const log: string[] = [];
      const steps: JobReport['steps'][number][] = [];
      let memory: Memory = {};
      let error: JobReport['error'];
      for (const step of planned) {
        await beforeStep?.(step.id);
        const waited: WaitingOn[] = [];
        const percents: number[] = [];
        const before = memory;
        const over = new AbortController();
        const limit = new AbortController();
        clock.sleep(step.limitMs, over.signal).then(
          () => limit.abort(new Error(`late: ${JSON.stringify(waited.at(-1))}`)),
          () => undefined,
        );
        const context = {
          stepId: `${job}/${step.id}`,
          clock,
          signal: limit.signal,
          memory: before,
          log: (line: string) => void log.push(line),
          waiting: (on: WaitingOn | undefined) => void (on && waited.push(on)),
          progress: (percent: number) => void percents.push(percent),
        };
        try {
          if (interruptAfterMs !== undefined) await interrupted(clock, interruptAfterMs, (signal) => step.run(deps, { ...context, signal }));
          for (let time = 0; time < (twice ? 2 : 1); time++) memory = { ...before, ...(await step.run(deps, context)) };
          steps.push({ id: step.id, status: 'success', waited, percents });
        } catch (thrown) {
          steps.push({ id: step.id, status: 'failure', waited, percents });
          const on = thrown instanceof Error && 'on' in thrown ? (thrown.on as WaitingOn) : undefined;
          error = {
            ...(on && { on }),
            message: thrown instanceof Error ? thrown.message : String(thrown),
            hint: isLabwrightError(thrown) ? thrown.hint : undefined,
          };
        } finally {
          over.abort(new Error('the step is over'));
        }
        if (error) break;
      }
      if (broken) throw broken instanceof Error ? broken : new Error('the world broke');
      return { steps, error, outputs, log: [...log, ...worldLog], memory, simulatedMs: clock.now() - startMs };
    },
    async close() {
      world.clock.leave('agent');
      await world.close();
      control.closeAllConnections();
      control.close();
      store.closeAllConnections();
      await new Promise((resolve) => store.close(resolve));
      await rm(workDir, { recursive: true, force: true });
    },
  };
}

/** Runs work until it ends or is stopped; being stopped is no failure. */
async function interrupted(clock: Clock, afterMs: number, work: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
  const stop = new AbortController();
  const over = new AbortController();
  clock.sleep(afterMs, over.signal).then(
    () => stop.abort(new Error('interrupted')),
    () => undefined,
  );
  try {
    await work(stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    over.abort(new Error('over'));
  }
}

/** The commands an action runs, here their stand-ins in this process. */
const standIns: Exec = async (command, options = {}) => {
  const said = { stdout: '', stderr: '' };
  const saying =
    (stream: 'stdout' | 'stderr') =>
    (text: string): void => {
      said[stream] += text;
      options.onOutput?.(text, stream);
    };
  const [program, ...argv] = command;
  if (program === 'tar') return await localExec(command, options);
  const speech = { out: saying('stdout'), err: saying('stderr') };
  const exitCode =
    program === 'coreos-installer'
      ? await runCoreosInstaller(argv, speech.err)
      : program === 'oc'
        ? await runOc(argv, speech)
        : await runOpenshiftInstall(argv, options.env ?? {}, speech);
  if (exitCode !== 0) throw new LabwrightError('exec_failed', `${program} ended with ${exitCode}: ${said.stderr}`);
  return { host: 'localhost', command, exitCode, ...said, durationMs: 0 };
};
