import { isIP, isIPv4, isIPv6 } from 'node:net';

const DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const DATE_TIME = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
const DURATION = /^\s*(\d+(\.\d+)?\s*(ns|us|µs|ms|s|m|h|d|w|nanos|micros|millis|sec|secs|seconds?|min|mins|minutes?|hr|hours?|days?|weeks?)\s*)+$/;

const CHECKS: Readonly<Record<string, (value: string) => boolean>> = {
  date: (value) => DATE.test(value),
  'date-time': (value) => DATE_TIME.test(value),
  datetime: (value) => DATE_TIME.test(value),
  duration: (value) => DURATION.test(value) || /^-?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(value),
  ipv4: isIPv4,
  ipv6: isIPv6,
  ip: (value) => isIP(value) !== 0,
  cidr: (value) => {
    const [address = '', bits = '', ...rest] = value.split('/');
    return rest.length === 0 && /^\d+$/.test(bits) && isIP(address) !== 0 && Number(bits) <= (isIPv4(address) ? 32 : 128);
  },
  mac: (value) => /^([0-9A-Fa-f]{2}([:-]|$)){6}$|^([0-9A-Fa-f]{4}(\.|$)){3}$/.test(value),
  uuid: (value) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(value),
  byte: (value) => /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value),
  email: (value) => /^[^@\s]+@[^@\s]+$/.test(value),
  hostname: (value) => value.length <= 253 && /^([A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?\.?)+$/.test(value),
  uri: (value) => URL.canParse(value),
};

/** The formats that a structural schema may name; others say nothing (apiextensions: unsupported formats are ignored). */
export function formatIsWrong(format: string, value: string): boolean {
  const check = CHECKS[format];
  return check !== undefined && !check(value);
}
