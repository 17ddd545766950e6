/** Which repository declares a spoke, and where in it. Plain data. */
export interface SitesSource {
  readonly url: string;
  readonly branch: string;
  /** The commit the job is for; undefined: the head of the branch when the job begins. */
  readonly revision: string | undefined;
  /** Folder of the spoke's kustomization. */
  readonly path: string;
  /** Folder of its policies' kustomization; undefined: `policies` beside `path`, if the commit has it. */
  readonly policiesPath: string | undefined;
  readonly access: SitesAccess;
}

/** Files of the agent's machine that open a repository. */
export interface SitesAccess {
  readonly username: string | undefined;
  readonly passwordPath: string | undefined;
  readonly keyPath: string | undefined;
  readonly knownHostsPath: string | undefined;
  readonly caPath: string | undefined;
}

/** The same, read: what Argo CD is given to open the repository by itself. */
export interface SitesCredentials {
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly sshPrivateKey: string | undefined;
  readonly knownHosts: string | undefined;
  readonly ca: string | undefined;
}

/** The files of one commit, by path. */
export interface SitesCommit {
  /** Full SHA. */
  readonly revision: string;
  readonly files: ReadonlyMap<string, string>;
}

/** The way to sites repositories: real git. */
export interface SitesDoor {
  /**
   * The commit `source.revision`, or the head of its branch.
   *
   * @throws LabwrightError `unreachable`, `unauthorized` or `not_found`, naming the repository and how to test it by hand.
   */
  readonly fetch: (source: SitesSource, cause: string, signal: AbortSignal) => Promise<SitesCommit>;
  /**
   * Puts the commit `source.revision`, with its history, on the same branch of another repository. What that branch had stays
   * reachable: each commit also gets a branch of its own, `commit-<sha>`.
   */
  readonly push: (source: SitesSource, target: Pick<SitesSource, 'url' | 'access'>, cause: string, signal: AbortSignal) => Promise<void>;
  /** @throws LabwrightError `bad_input` for a file that cannot be read. */
  readonly credentials: (source: SitesSource) => Promise<SitesCredentials>;
}
