import { runTool } from './tasks.ts';

process.exitCode = runTool('format', 'oxfmt', ['.']) ? 0 : 1;
