import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { jumphostDoors } from '../agent/jumphost-doors.ts';
import { readLabSecret } from '../agent/lab-secrets.ts';
import { createClient } from '../client/create-client.ts';
import type { Credentials } from '../client/sign-request.ts';
import { openClaims } from '../machines/claims-store.ts';
import { isLabwrightError, LabwrightError } from '../util/errors.ts';
import { createLog } from '../util/log.ts';
import { clientCredentials } from './client-credentials.ts';
import { defaultDataDir } from './house/default-data-dir.ts';
import { lockDataDir } from './house/lock-data-dir.ts';
import { agentDir, makeDataDir, runHousedAgent } from './house/open-house.ts';
import { followLabClaim } from './follow-lab-claim.ts';
import { readPullSecret } from './house/pull-secret.ts';
import { interruptSignal } from './interrupt-signal.ts';
import { portNumber } from './options.ts';
import { planLabFile } from './plan-lab-file.ts';

interface AgentOptions {
  readonly server: string;
  readonly lab: string;
  readonly data: string;
  readonly pullSecret?: string;
  readonly sushyTools?: number;
}

const EXAMPLES = `
The agent signs its requests as a remoteci: DCI_CLIENT_ID (remoteci/<id>) and DCI_API_SECRET, as DCI's clients take them.

Examples:
  labwright agent --server https://labwright.example --lab /etc/labwright/lab.yml --pull-secret /etc/labwright/pull-secret.json
`;

/** `labwright agent`. */
export function command(): Command {
  return new Command('agent')
    .description('run a lab’s agent on its jumphost until Ctrl-C')
    .requiredOption('--server <url>', 'the control server')
    .requiredOption('--lab <path>', 'the lab file, or its folder')
    .option('--data <dir>', 'where the agent keeps its journal', defaultDataDir())
    .option('--pull-secret <file>', 'registry credentials for installations')
    .option('--sushy-tools <port>', 'ask the sushy-tools of each server for its VMs (labwright lab prepare --sushy-tools)', portNumber)
    .addHelpText('after', EXAMPLES)
    .action(runAgentCommand);
}

async function runAgentCommand(options: AgentOptions): Promise<void> {
  const credentials = credentialsOf(process.env);
  const {
    result: { plan },
    claimsPath,
    labPath,
  } = await planLabFile(options.lab);
  if (!plan) {
    process.exitCode = 2;
    return;
  }
  const pullSecret = options.pullSecret === undefined ? undefined : await readPullSecret(options.pullSecret);
  const signal = interruptSignal();
  const dataDir = resolve(options.data);
  await makeDataDir(dataDir);
  const unlock = await lockDataDir(dataDir);
  try {
    const labSecret = await readLabSecret(join(agentDir(dataDir), 'lab-secret'));
    const client = createClient({ url: options.server, credentials });
    const doors = jumphostDoors(plan, { pullSecret, sshPublicKey: undefined, sushyToolsPort: options.sushyTools });
    const onRegistered = announcer(plan.lab);
    const claims = { claims: openClaims(claimsPath), followClaim: followLabClaim(labPath) };
    await runHousedAgent({ dataDir, log: createLog('agent') }, { client, plan, doors, labSecret, ...claims, onRegistered }, signal);
  } catch (error) {
    if (!isLabwrightError(error) || !['bad_input', 'unauthorized', 'forbidden', 'not_found'].includes(error.code) || error.hint !== undefined) throw error;
    throw new LabwrightError('bad_input', `${options.server} does not let this agent in: ${error.message}`, {
      hint: 'check DCI_CLIENT_ID and DCI_API_SECRET, and that this remoteci is active',
      cause: error,
    });
  } finally {
    await unlock();
  }
}

/** Says once what changed: an agent that stands by registers every second. */
export function announcer(lab: string): (registration: { readonly state: 'active' | 'standby' }) => void {
  let last = '';
  return ({ state }) => {
    const text = state === 'active' ? `agent of lab ${lab}: working` : `agent of lab ${lab}: standing by, another agent works for it`;
    if (text !== last) process.stdout.write(`${text}\n`);
    last = text;
  };
}

function credentialsOf(env: NodeJS.ProcessEnv): Credentials {
  const credentials = clientCredentials(env);
  if (credentials?.kind !== 'remoteci') {
    throw new LabwrightError('bad_input', 'who this agent is was not said', { hint: 'set DCI_CLIENT_ID=remoteci/<id> and DCI_API_SECRET' });
  }
  return credentials;
}
