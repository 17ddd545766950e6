import { Command } from 'commander';
import { releaseVersionOf, syntheticRelease } from '../rehearsal/release/synthetic-release.ts';

/** Stands where `oc` would on a real jumphost, for `oc adm release info IMAGE -o json` alone; nobody types it. */
export function ocCommand(): Command {
  return new Command('oc')
    .description('stand in for oc in a rehearsal')
    .argument('<arguments...>')
    .allowUnknownOption()
    .helpOption(false)
    .action((given: readonly string[]) => {
      const [image = ''] = given.slice(3);
      const version = releaseVersionOf(image);
      if (given.slice(0, 3).join(' ') !== 'adm release info' || version === undefined) {
        process.stderr.write(`error: this stand-in knows adm release info RELEASE_IMAGE, not ${given.join(' ')}\n`);
        process.exitCode = 1;
        return;
      }
      process.stdout.write(`${JSON.stringify(syntheticRelease(version), null, 2)}\n`);
    });
}
