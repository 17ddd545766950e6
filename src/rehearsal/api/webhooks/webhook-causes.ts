import { isJson, list, member, text } from '../json.ts';
import type { Json } from '../json.ts';
import type { Cause } from '../status-error.ts';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const QUALIFIED = new RegExp(`^${LABEL}(\\.${LABEL}){2,}$`);

/** What is wrong with a webhook configuration, in the API server's words. */
export function webhookCauses(configuration: Json): Cause[] {
  return list(configuration, 'webhooks').flatMap((webhook, index) => (isJson(webhook) ? causesOf(webhook, `webhooks[${index}]`) : []));
}

function causesOf(webhook: Json, at: string): Cause[] {
  const causes: Cause[] = [];
  const invalid = (field: string, value: unknown, why: string): void =>
    void causes.push({ reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field: `${at}.${field}` });
  const required = (field: string, why: string): void =>
    void causes.push({ reason: 'FieldValueRequired', message: `Required value: ${why}`, field: `${at}.${field}` });

  const name = text(webhook, 'name');
  if (!QUALIFIED.test(name)) invalid('name', name, 'should be a domain with at least three segments separated by dots');
  if (list(webhook, 'admissionReviewVersions').length === 0) required('admissionReviewVersions', 'must specify one of v1, v1beta1');
  const sideEffects = text(webhook, 'sideEffects');
  if (sideEffects === '') required('sideEffects', 'must specify one of None, NoneOnDryRun');
  else if (!['None', 'NoneOnDryRun'].includes(sideEffects)) {
    const message = `Unsupported value: ${JSON.stringify(sideEffects)}: supported values: "None", "NoneOnDryRun"`;
    causes.push({ reason: 'FieldValueNotSupported', message, field: `${at}.sideEffects` });
  }
  const timeout = webhook['timeoutSeconds'];
  if (typeof timeout === 'number' && (timeout < 1 || timeout > 30)) invalid('timeoutSeconds', timeout, 'the timeout value must be between 1 and 30 seconds');
  const { url, service } = member(webhook, 'clientConfig');
  if ((url === undefined) === (service === undefined)) required('clientConfig', 'exactly one of url or service is required');
  else if (typeof url === 'string' && !url.startsWith('https://')) {
    invalid('clientConfig.url', url.split(':')[0], "'https' is the only allowed URL scheme; desired format: https://host[/path]");
  }
  // Refused, not ignored: a hook that is asked more than it wants refuses what it should not.
  if (list(webhook, 'matchConditions').length > 0) {
    causes.push({ reason: 'FieldValueForbidden', message: 'Forbidden: a rehearsal does not evaluate them', field: `${at}.matchConditions` });
  }
  return causes;
}
