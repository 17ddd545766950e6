/** The login for a repository in a file as podman and skopeo read it (containers-auth.json(5)): the most specific entry wins. @returns `user:password` in base64. */
export function registryLogin(authFile: string, host: string, repository: string): string | undefined {
  const { auths = {} } = JSON.parse(authFile) as { readonly auths?: Readonly<Record<string, { readonly auth?: string }>> };
  const parts = repository.split('/');
  for (let count = parts.length; count >= 0; count--) {
    const auth = auths[[host, ...parts.slice(0, count)].join('/')]?.auth;
    if (auth !== undefined) return auth;
  }
  return undefined;
}
