import { Command } from 'commander';
import { explainCluster, type Explanation } from '../hub/explain/explain-cluster.ts';
import { LabwrightError } from '../util/errors.ts';
import { defaultDataDir } from './house/default-data-dir.ts';
import { asText } from './explain/explanation-text.ts';
import { explainedJob, type ExplainedJob } from './explain/explained-job.ts';
import { fromFile, fromHub, type SeenCluster } from './explain/cluster-sources.ts';
import { serverClient } from './explain/server-client.ts';

interface ExplainOptions {
  readonly server?: string;
  readonly data: string;
  readonly hubKubeconfig?: string;
  readonly objects?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Reads only. It goes from the newest job of the cluster to the object that job waits for or failed on, the condition and
message of that object, the likely cause, and the next command. Who asks a control server elsewhere is said by
DCI_LOGIN and DCI_PASSWORD, or DCI_CLIENT_ID and DCI_API_SECRET.

Exit codes: 0 explained, 1 nobody knows the cluster or who knows it does not answer, 2 a mistake in the input.

Examples:
  labwright cluster explain sno1
  labwright cluster explain sno1 --server https://labwright.example --json
  labwright cluster explain sno1 --hub-kubeconfig hub.kubeconfig
  labwright cluster explain sno1 --objects objects.yaml     what a failed job left
`;

/** `labwright cluster explain NAME`. */
export function clusterExplainCommand(): Command {
  return new Command('explain')
    .description('say why a cluster is not installed or upgraded yet, or failed, and what to do')
    .argument('<cluster>', 'as the lab file names it')
    .option('--server <url>', 'the control server that has its jobs (default: that of "labwright up" on this machine)')
    .option('--data <dir>', 'data directory of that "labwright up"', defaultDataDir())
    .option('--hub-kubeconfig <file>', 'ask the hub itself, as it is now')
    .option('--objects <file>', 'read objects.yaml, as a failed job leaves it')
    .option('--json', 'print {cluster, job?, waitingFor?, findings} as JSON')
    .addHelpText('after', EXAMPLES)
    .action(explain);
}

async function explain(cluster: string, options: ExplainOptions): Promise<void> {
  const asksServer = options.server !== undefined || (options.hubKubeconfig === undefined && options.objects === undefined);
  const job = asksServer ? await explainedJob(await serverClient(options), cluster) : undefined;
  const seen = await seenCluster(cluster, options, job);
  if (seen === undefined && job === undefined) {
    throw new LabwrightError('not_found', `there is no trace of a cluster ${cluster}`, { hint: 'see how the lab file spells it: labwright lab plan' });
  }
  const explanation: Explanation = seen === undefined ? { cluster, waitingFor: undefined, findings: [] } : explainCluster(cluster, seen.objects);
  process.stdout.write(
    options.json ? `${JSON.stringify({ job: job?.job, ...explanation }, null, 2)}\n` : asText({ explanation, job: job?.job, from: seen?.from }),
  );
}

/** The hub's word of now goes before what a job left. */
async function seenCluster(cluster: string, options: ExplainOptions, job: ExplainedJob | undefined): Promise<SeenCluster | undefined> {
  if (options.hubKubeconfig !== undefined) return fromHub(cluster, options.hubKubeconfig);
  if (options.objects !== undefined) return fromFile(options.objects);
  return job?.left;
}
