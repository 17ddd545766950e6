import { randomUUID } from 'node:crypto';
import { isJson, list, member, text } from '../json.ts';
import type { Json } from '../json.ts';
import { NAMESPACE } from '../kinds/built-ins.ts';
import type { Registry } from '../kinds/registry.ts';
import { apiVersionOf, storageKey, type Resource } from '../kinds/resource.ts';
import { StatusError } from '../status-error.ts';
import type { Store } from '../store.ts';
import { jsonPatched } from '../write/body.ts';
import type { Write } from '../write/target.ts';
import { callWebhook, WebhookFailed, type WebhookAnswer } from './call-webhook.ts';
import { matchedAs, type Webhook } from './match-webhook.ts';

const GROUP = 'admissionregistration.k8s.io';
const OPTIONS = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' } as const;

/** A change that webhooks are asked about. */
export interface Change {
  readonly operation: keyof typeof OPTIONS;
  /** Undefined for DELETE. */
  readonly object: Json | undefined;
  /** Undefined for CREATE. */
  readonly oldObject: Json | undefined;
}

/** Admission by whoever has registered a webhook with this API server. */
export interface UserWebhooks {
  /** @returns the object as the mutating ones have left it; the same one when nobody changed it. @throws StatusError */
  mutate(write: Write, change: Change): Promise<Json | undefined>;
  /** @throws StatusError */
  validate(write: Write, change: Change): Promise<void>;
}

/** Asks what the configurations in the store name, in order of name; without any, nothing happens. */
export function createUserWebhooks(store: Store, registry: Registry): UserWebhooks {
  const registered = (plural: string): Webhook[] =>
    store.all(`${GROUP}/${plural}`, '').flatMap((configuration) =>
      list(configuration, 'webhooks')
        .filter(isJson)
        .map((spec) => ({ configuration: text(member(configuration, 'metadata'), 'name'), name: text(spec, 'name'), spec })),
    );

  const ask = async (webhook: Webhook, write: Write, change: Change): Promise<WebhookAnswer | undefined> => {
    const { resource, subresource } = write;
    const others = registry
      .all()
      .filter(({ group, plural, version }) => group === resource.group && plural === resource.plural && version !== resource.version);
    const objects = [change.object, change.oldObject].filter((one) => one !== undefined);
    const labels = objects.map((one) => member(member(one, 'metadata'), 'labels'));
    const wanted = matchedAs(webhook, resource, others, {
      operation: change.operation,
      subresource,
      labels,
      namespaceLabels: namespaceLabels(store, write, labels),
    });
    if (wanted === undefined) return undefined;
    let answer: WebhookAnswer;
    try {
      answer = await callWebhook(webhook, { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', request: reviewed(write, change, wanted) });
    } catch (error) {
      if (!(error instanceof WebhookFailed)) throw error;
      if (text(webhook.spec, 'failurePolicy') === 'Ignore') return undefined;
      throw new StatusError(500, 'InternalError', `Internal error occurred: ${error.message}`, { causes: [{ message: error.message }] });
    }
    for (const warning of answer.warnings) write.warn(warning);
    if (!answer.allowed) throw denied(webhook.name, answer.status);
    return answer;
  };

  return {
    async mutate(write, { object, ...change }) {
      const all = write.resource.group === GROUP ? [] : registered('mutatingwebhookconfigurations');
      let current = object;
      const again = new Set<Webhook>();
      const pass = async (webhooks: readonly Webhook[]): Promise<void> => {
        for (const webhook of webhooks) {
          const answer = await ask(webhook, write, { ...change, object: current });
          if (answer === undefined || answer.patch.length === 0 || current === undefined) continue;
          current = jsonPatched(current, answer.patch);
          // Who came before may want to look at what has changed since.
          for (const earlier of all.slice(0, all.indexOf(webhook))) if (text(earlier.spec, 'reinvocationPolicy') === 'IfNeeded') again.add(earlier);
        }
      };
      await pass(all);
      await pass([...again]);
      return current;
    },
    async validate(write, change) {
      if (write.resource.group === GROUP) return;
      for (const webhook of registered('validatingwebhookconfigurations')) await ask(webhook, write, change);
    },
  };
}

function namespaceLabels(store: Store, { resource, namespace }: Write, own: readonly Json[]): Json | undefined {
  if (resource === NAMESPACE) return own[0] ?? {};
  if (!resource.namespaced) return undefined;
  return member(member(store.get(storageKey(NAMESPACE), '', namespace) ?? {}, 'metadata'), 'labels');
}

/** AdmissionRequest, as the kind that the webhook wants to be asked about. */
function reviewed(write: Write, { operation, object, oldObject }: Change, wanted: Resource): Json {
  const { resource, subresource, namespace, dryRun } = write;
  const name = text(member(object ?? oldObject ?? {}, 'metadata'), 'name') || write.name;
  const kindOf = ({ group, version, kind }: Resource): Json => ({ group, version, kind });
  const placeOf = ({ group, version, plural }: Resource): Json => ({ group, version, resource: plural });
  const shown = (one: Json | undefined): Json | null => (one === undefined ? null : { ...one, apiVersion: apiVersionOf(wanted) });
  const place = resource === NAMESPACE ? name : namespace;
  return {
    uid: randomUUID(),
    kind: kindOf(wanted),
    resource: placeOf(wanted),
    ...(subresource === '' ? {} : { subResource: subresource }),
    requestKind: kindOf(resource),
    requestResource: placeOf(resource),
    ...(subresource === '' ? {} : { requestSubResource: subresource }),
    ...(name === '' ? {} : { name }),
    ...(place === '' ? {} : { namespace: place }),
    operation,
    userInfo: { username: write.user, ...(write.uid === undefined ? {} : { uid: write.uid }), groups: write.groups ?? [] },
    object: shown(object),
    oldObject: shown(oldObject),
    dryRun,
    options: { kind: OPTIONS[operation], apiVersion: 'meta.k8s.io/v1', ...write.options },
  };
}

function denied(webhook: string, { code, reason, message, details }: Json): StatusError {
  const by = `admission webhook "${webhook}" denied the request`;
  const why =
    typeof message === 'string' && message !== '' ? `: ${message}` : typeof reason === 'string' && reason !== '' ? `: ${reason}` : ' without explanation';
  const status = typeof code === 'number' && code >= 400 ? code : 400;
  return new StatusError(status, typeof reason === 'string' ? reason : '', by + why, isJson(details) ? details : undefined);
}
