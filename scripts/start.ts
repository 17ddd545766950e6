// What a newcomer sees first: the example lab, planned.
import { runTool } from './tasks.ts';

const done = runTool('plan of examples/pretty-lab', 'node', ['bin/labwright.js', 'lab', 'plan', 'examples/pretty-lab']);
console.log('\nThe daily pipeline (examples/pretty-lab/daily.yml) cannot be rehearsed yet: server, agent and hub controllers are not built.');
console.log('To try the simulated Kubernetes API: npx labwright rehearsal serve --bare --port 6443 --kubeconfig hub.kubeconfig');
process.exitCode = done ? 0 : 1;
