// Everything: sources, unit tests, scenarios.
import { checkSources } from './check-sources.ts';
import { runTests } from './run-tests.ts';

const clean = checkSources();
const passed = await runTests(['src/**/*.test.ts', 'scripts/**/*.test.ts', 'test/**/*.test.ts']);
process.exitCode = clean && passed ? 0 : 1;
