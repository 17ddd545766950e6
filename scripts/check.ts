// The inner loop: types, lint, format, unit tests.
import { checkSources } from './check-sources.ts';
import { runTests } from './run-tests.ts';

const clean = checkSources();
const passed = await runTests(['src/**/*.test.ts', 'scripts/**/*.test.ts']);
process.exitCode = clean && passed ? 0 : 1;
