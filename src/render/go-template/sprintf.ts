import { printed, type Typed } from './go-types.ts';

/** Go's `fmt.Sprintf` for the verbs that templates use; others print as Go prints a bad verb. */
export function sprintf(format: string, args: readonly Typed[]): string {
  let next = 0;
  const text = format.replaceAll(
    /%([-+ 0#]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g,
    (_whole, flags: string, width: string | undefined, precision: string | undefined, verb: string) => {
      if (verb === '%') return '%';
      const arg = args[next++];
      if (arg === undefined) return `%!${verb}(MISSING)`;
      const shown = formatted(verb, arg, precision === undefined ? undefined : Number(precision), flags);
      const pad = Number(width ?? 0);
      if (flags.includes('-')) return shown.padEnd(pad);
      return flags.includes('0') && /^[dxXfob]$/.test(verb) ? shown.padStart(pad, '0') : shown.padStart(pad);
    },
  );
  if (next >= args.length) return text;
  return `${text}%!(EXTRA ${args
    .slice(next)
    .map((one) => `${one.type.name}=${printed(one)}`)
    .join(', ')})`;
}

function formatted(verb: string, arg: Typed, precision: number | undefined, flags: string): string {
  const { value, type } = arg;
  const isNumber = typeof value === 'number';
  switch (verb) {
    case 'v':
      return printed(arg);
    case 's':
      return type.kind === 'int' || type.kind === 'bool' || type.kind === 'float64' ? `%!s(${type.name}=${printed(arg)})` : printed(arg).slice(0, precision);
    case 'q':
      return JSON.stringify(printed(arg));
    case 't':
      return type.kind === 'bool' ? String(value) : `%!t(${type.name}=${printed(arg)})`;
    case 'T':
      return type.name;
    case 'd':
      return isNumber ? `${flags.includes('+') && value >= 0 ? '+' : ''}${value}` : `%!d(${type.name}=${printed(arg)})`;
    case 'f':
      return isNumber ? value.toFixed(precision ?? 6) : `%!f(${type.name}=${printed(arg)})`;
    case 'x':
      return isNumber ? value.toString(16) : Buffer.from(printed(arg)).toString('hex');
    case 'X':
      return (isNumber ? value.toString(16) : Buffer.from(printed(arg)).toString('hex')).toUpperCase();
    default:
      return `%!${verb}(${type.name}=${printed(arg)})`;
  }
}
