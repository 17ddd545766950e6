import type { Json } from '../json.ts';

const STRING = { type: 'string' };
const STRINGS = { type: 'array', items: STRING, 'x-kubernetes-list-type': 'atomic' };
const SELECTOR: Json = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, 'x-kubernetes-map-type': 'atomic', default: {} };

/** Schema of a webhook configuration, with the defaults that the API server fills in. */
export function webhookConfiguration(kind: 'ValidatingWebhookConfiguration' | 'MutatingWebhookConfiguration'): Json {
  const rule = {
    type: 'object',
    properties: { operations: STRINGS, apiGroups: STRINGS, apiVersions: STRINGS, resources: STRINGS, scope: { type: 'string', default: '*' } },
  };
  const service = {
    type: 'object',
    properties: { namespace: STRING, name: STRING, path: STRING, port: { type: 'integer', default: 443 } },
  };
  const webhook = {
    type: 'object',
    properties: {
      name: STRING,
      clientConfig: { type: 'object', properties: { url: STRING, service, caBundle: STRING } },
      rules: { type: 'array', items: rule, 'x-kubernetes-list-type': 'atomic' },
      failurePolicy: { type: 'string', default: 'Fail' },
      matchPolicy: { type: 'string', default: 'Equivalent' },
      namespaceSelector: SELECTOR,
      objectSelector: SELECTOR,
      sideEffects: STRING,
      timeoutSeconds: { type: 'integer', default: 10 },
      admissionReviewVersions: STRINGS,
      matchConditions: { type: 'array', items: { type: 'object', properties: { name: STRING, expression: STRING } } },
      ...(kind === 'MutatingWebhookConfiguration' ? { reinvocationPolicy: { type: 'string', default: 'Never' } } : {}),
    },
  };
  return {
    type: 'object',
    properties: { webhooks: { type: 'array', items: webhook, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] } },
  };
}
