/** One line of `.openshift_install.log`, in logrus' text form. */
export interface InstallerLine {
  readonly level: string;
  readonly message: string;
}

const LINE = /^(?:time="[^"]*" )?level=(\w+) msg=("(?:[^"\\]|\\.)*"|\S*)/;

/** The lines that people read: what it only logs for its makers is left out, as is an unfinished last line. */
export function linesOf(text: string): readonly InstallerLine[] {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole.split('\n').flatMap((line) => {
    const [, level = '', message = ''] = LINE.exec(line) ?? [];
    return level === '' || level === 'debug' || level === 'trace' ? [] : [{ level, message: unquoted(message) }];
  });
}

/** How much of a log is whole lines, in bytes. */
export function wholeLines(text: string): number {
  return Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1));
}

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  try {
    return JSON.parse(text) as string;
  } catch {
    return text.slice(1, -1);
  }
}
