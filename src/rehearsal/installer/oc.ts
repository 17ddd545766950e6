import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../util/package-root.ts';
import { releaseVersionOf, syntheticRelease } from '../release/synthetic-release.ts';
import type { Speech } from './openshift-install.ts';

/** Stands in for `oc adm release info IMAGE -o json` and `oc adm release extract --command=NAME --to=DIR IMAGE`. @returns the exit code. */
export async function runOc(argv: readonly string[], { out, err }: Speech): Promise<number> {
  const words = argv.slice(0, 3).join(' ');
  const { values, positionals } = parseArgs({
    args: argv.slice(3),
    strict: false,
    options: {
      command: { type: 'string' },
      to: { type: 'string' },
      'registry-config': { type: 'string' },
      'certificate-authority': { type: 'string' },
      'idms-file': { type: 'string' },
      output: { type: 'string', short: 'o' },
    },
  });
  const [image = ''] = positionals;
  const version = releaseVersionOf(image);
  if (version === undefined || (words !== 'adm release info' && words !== 'adm release extract')) {
    err(`error: this stand-in knows adm release info RELEASE_IMAGE and adm release extract --command=NAME --to=DIR RELEASE_IMAGE, not ${argv.join(' ')}\n`);
    return 1;
  }
  if (words === 'adm release info') {
    out(`${JSON.stringify(syntheticRelease(version), null, 2)}\n`);
    return 0;
  }
  const { command, to } = values;
  if (typeof command !== 'string' || typeof to !== 'string' || !/^openshift-(baremetal-)?install$/.test(command)) {
    err(`error: the release has no command ${String(command)}, or --to is missing\n`);
    return 1;
  }
  await mkdir(to, { recursive: true });
  const program = [process.execPath, join(packageRoot(), 'bin/labwright.js'), 'rehearsal', 'openshift-install'];
  await writeFile(join(to, command), `#!/bin/sh\nexec ${program.map((word) => `'${word}'`).join(' ')} "$@"\n`, { mode: 0o755 });
  return 0;
}
