/** What a CGI program says before its body, once all of that is there; undefined before. */
export function cgiHead(output: Buffer): { readonly status: number; readonly headers: Record<string, string>; readonly rest: Buffer } | undefined {
  const end = output.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const headers: Record<string, string> = {};
  let status = 200;
  for (const line of output.subarray(0, end).toString('latin1').split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else headers[name] = value;
  }
  return { status, headers, rest: output.subarray(end + 4) };
}
