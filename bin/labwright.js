#!/usr/bin/env node
// Runs the command line with the right Node from a bundle. ES2015 and without dependencies: it must start under any Node.
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundlePath, packagedNode } from '../scripts/bundle.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [major, minor] = process.versions.node.split('.').map(Number);

// What the bundle's entry does alone runs under Node 20 too; starting a second Node would double its time.
const short = process.argv.length === 3 && ['-h', '--help', '-V', '--version'].includes(process.argv[2]);

if (major > 24 || (major === 24 && minor >= 11)) {
  const { enableCompileCache } = await import('node:module');
  const entry = bundlePath(root);
  enableCompileCache(join(dirname(entry), 'compile'));
  await import(pathToFileURL(entry).href);
} else if (short && (major > 20 || (major === 20 && minor >= 16))) {
  await import(pathToFileURL(bundlePath(root)).href);
} else {
  const node = packagedNode(root);
  if (node === undefined) {
    console.error(`labwright needs Node 24.11 or later; this is ${process.versions.node}\nhint: run "npm ci --ignore-scripts" in ${root}, which brings one`);
    process.exit(2);
  }
  const { spawn } = await import('node:child_process');
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal's Ctrl-C reaches both processes; signals sent to this one alone are passed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code === null ? 1 : code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
