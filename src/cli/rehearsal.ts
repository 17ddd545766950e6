import { Command } from 'commander';
import { coreosInstallerCommand } from './rehearsal-coreos-installer.ts';
import { openshiftInstallCommand } from './rehearsal-openshift-install.ts';
import { ocCommand } from './rehearsal-oc.ts';
import { skopeoCommand } from './rehearsal-skopeo.ts';
import { replayCommand } from './rehearsal-replay.ts';
import { serveCommand } from './rehearsal-serve.ts';
import { worldCommand } from './rehearsal-world.ts';

const EXAMPLES = `
Examples:
  labwright rehearsal serve --port 6443 --kubeconfig hub.kubeconfig
  kubectl --kubeconfig hub.kubeconfig get namespaces
`;

/** `labwright rehearsal`. */
export function command(): Command {
  return new Command('rehearsal')
    .description('a simulated hub that any Kubernetes client can talk to')
    .addHelpText('after', EXAMPLES)
    .addCommand(serveCommand())
    .addCommand(replayCommand())
    .addCommand(worldCommand(), { hidden: true })
    .addCommand(openshiftInstallCommand(), { hidden: true })
    .addCommand(coreosInstallerCommand(), { hidden: true })
    .addCommand(ocCommand(), { hidden: true })
    .addCommand(skopeoCommand(), { hidden: true });
}
