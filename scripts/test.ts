// Everything: sources, unit tests, scenarios.
import { checkSources } from './check-sources.ts';
import { runTests } from './run-tests.ts';
import { runTool } from './tasks.ts';

const clean = checkSources();
const built = runTool('real API server for test/kube-api', 'node', ['test/kube-api/real/build.ts']);
const passed = await runTests(['src/**/*.test.ts', 'scripts/**/*.test.ts', 'test/**/*.test.ts']);
process.exitCode = clean && built && passed ? 0 : 1;
