import * as z from 'zod';

/** How a spoke comes to be: the job hands its ClusterInstance to the hub, or Argo CD takes it from Git. */
export const Implementation = z.enum(['clusterinstance', 'gitops']);
export type Implementation = z.infer<typeof Implementation>;

const path = z.string().regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$)).+/, 'write a path inside the repository, as sno1/sites');

/**
 * The Git repository that declares spokes, as a job names it. Secrets are not in it: `*_path` are files of the agent's machine.
 *
 * Left out: `url` is `https://git.<lab domain>/sites.git`, `path` is `<cluster>/sites`, and `policies_path` is `<cluster>/policies` if the
 * commit has it.
 */
export const SitesRepo = z.strictObject({
  url: z
    .string()
    .regex(/^(https:\/\/|ssh:\/\/|[\w.-]+@[\w.-]+:)\S+$/, 'write https://HOST/PATH, ssh://USER@HOST/PATH or USER@HOST:PATH')
    .refine((url) => !/^https:\/\/[^/]*@/.test(url), 'take the credentials out of the URL: write username and password_path')
    .optional(),
  branch: z.string().min(1).default('main'),
  path: path.optional(),
  policies_path: path.optional(),
  username: z.string().optional(),
  password_path: z.string().optional(),
  key_path: z.string().optional(),
  known_hosts_path: z.string().optional(),
  ca_path: z.string().optional(),
});
export type SitesRepo = z.infer<typeof SitesRepo>;

/** What a job's definition says of GitOps; whatever else is in it. */
export const GitopsKeys = z.object({ implementation: Implementation.default('clusterinstance'), sites_repo: SitesRepo.default({ branch: 'main' }) });

/** Type of the component whose version is the commit of a sites repository (reference/ztp.md §6.2). */
export const SITES_COMPONENT = 'gitops-sites';
