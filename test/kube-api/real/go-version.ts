import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';

/** The first Go that builds Kubernetes 1.36 (its go.mod says 1.26). */
const NEEDED = { major: 1, minor: 26 } as const;

/** `go1.26.8`, or undefined where Go is missing or too old. */
export function goVersion(): string | undefined {
  // Not in a module of ours: there Go would fetch the toolchain that go.mod asks for.
  const { status, stdout } = spawnSync('go', ['env', 'GOVERSION'], { cwd: tmpdir(), encoding: 'utf8' });
  const version = status === 0 ? stdout.trim() : '';
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version)?.map(Number) ?? [];
  if (major === undefined || minor === undefined) return undefined;
  return major > NEEDED.major || (major === NEEDED.major && minor >= NEEDED.minor) ? version : undefined;
}

/** Why the real API server cannot be built here; with CI=true it must be possible. */
export const noGo = goVersion() !== undefined || process.env['CI'] === 'true' ? false : 'no Go 1.26 or later on this computer';
