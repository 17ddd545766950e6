/** What a component's one name says (reference/dci-control-server.md §2.7, derivation): a commit, an image with a tag, a RHEL compose. */
export interface ComponentName {
  readonly displayName: string;
  readonly version: string;
  readonly uid: string;
}

export function readComponentName(name: string, canonicalProjectName: string): ComponentName {
  const isCommit = /^[0-9a-f]{40}$/.test(name);
  const isOpenShift = canonicalProjectName.includes('OpenShift');
  const usesProject = canonicalProjectName !== '' && (isOpenShift || canonicalProjectName.includes(name) || isCommit);
  const displayName = usesProject ? canonicalProjectName : name;
  return { displayName, version: isOpenShift ? name : versionIn(displayName), uid: isCommit ? name : '' };
}

/** Behind the last colon, else `@`, else blank; RHOS- and RHEL- names carry theirs behind the prefix. */
function versionIn(text: string): string {
  for (const prefix of ['RHOS-', 'RHEL-']) {
    const at = text.indexOf(prefix);
    if (at >= 0) return text.slice(at + prefix.length);
  }
  for (const separator of [':', '@', ' ']) {
    const at = text.lastIndexOf(separator);
    if (at >= 0) return text.slice(at + 1);
  }
  return '';
}
