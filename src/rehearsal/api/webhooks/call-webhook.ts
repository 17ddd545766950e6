import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { messageOf } from '../../../util/errors.ts';
import { isJson, list, member, text } from '../json.ts';
import type { Json } from '../json.ts';
import type { Webhook } from './match-webhook.ts';

/** What a webhook has said. */
export interface WebhookAnswer {
  readonly allowed: boolean;
  /** metav1.Status of a refusal. */
  readonly status: Json;
  readonly warnings: readonly string[];
  /** JSON patch, of a mutating one. */
  readonly patch: readonly unknown[];
}

/** A webhook could not be asked, or its answer not be read: the message in the API server's words. */
export class WebhookFailed extends Error {}

/** No connection leaves this machine, whatever a configuration says. */
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Asks a webhook. It has `timeoutSeconds` of real time. @throws WebhookFailed */
export async function callWebhook({ name, spec }: Webhook, review: Json): Promise<WebhookAnswer> {
  const config = member(spec, 'clientConfig');
  const timeoutS = Number(spec['timeoutSeconds'] ?? 10);
  const service = member(config, 'service');
  const url = new URL(text(config, 'url') || serviceUrl(service));
  url.searchParams.set('timeout', `${timeoutS}s`);
  const failed = (why: string): WebhookFailed => new WebhookFailed(`failed calling webhook "${name}": failed to call webhook: ${why}`);
  const posting = `Post "${url.href}": `;
  if (text(config, 'url') === '') throw failed(`${posting}service "${text(service, 'name')}" not found`);
  if (!LOOPBACK.test(url.hostname)) throw failed(`${posting}dial tcp: lookup ${url.hostname}: no such host`);
  const body = JSON.stringify(review);
  let answer: { readonly code: number; readonly body: string };
  try {
    answer = await post(url, body, text(config, 'caBundle'), timeoutS * 1000);
  } catch (error) {
    throw failed(posting + inGo(error, url));
  }
  if (answer.code !== 200) throw failed(refusedWith(answer));
  return read(name, answer.body, text(member(review, 'request'), 'uid'));
}

function serviceUrl(service: Json): string {
  return `https://${text(service, 'name')}.${text(service, 'namespace')}.svc:${Number(service['port'] ?? 443)}${text(service, 'path')}`;
}

async function post(url: URL, body: string, caBundle: string, timeoutMs: number): Promise<{ readonly code: number; readonly body: string }> {
  const ca = caBundle === '' ? {} : { ca: Buffer.from(caBundle, 'base64') };
  const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { method: 'POST', headers, signal, ...ca }, resolve)
      .on('error', reject)
      .end(body);
  });
  return { code: response.statusCode ?? 0, body: await readText(response) };
}

/** What Go's HTTP client says where Node's says something else. */
function inGo(error: unknown, { hostname, port }: URL): string {
  const { code = '', name = '' } = error as { readonly code?: string; readonly name?: string };
  const address = `${hostname === 'localhost' ? '127.0.0.1' : hostname}:${port || 443}`;
  if (name === 'TimeoutError' || name === 'AbortError') return 'context deadline exceeded';
  if (code === 'ECONNREFUSED') return `dial tcp ${address}: connect: connection refused`;
  if (/^(?:SELF_SIGNED|DEPTH_ZERO|UNABLE_TO)/.test(code)) return 'tls: failed to verify certificate: x509: certificate signed by unknown authority';
  return code === 'ECONNRESET' ? 'EOF' : messageOf(error);
}

function refusedWith({ code, body }: { readonly code: number; readonly body: string }): string {
  if (code === 404) return 'the server could not find the requested resource';
  if (code >= 500) return `an error on the server (${JSON.stringify(body.trim())}) has prevented the request from succeeding`;
  return 'the server rejected our request for an unknown reason';
}

function read(name: string, body: string, uid: string): WebhookAnswer {
  const invalid = (why: string): WebhookFailed => new WebhookFailed(`failed calling webhook "${name}": received invalid webhook response: ${why}`);
  let review: unknown;
  try {
    review = JSON.parse(body);
  } catch {
    throw new WebhookFailed(`failed calling webhook "${name}": failed to call webhook: couldn't get version/kind; json parse error`);
  }
  if (!isJson(review) || review['kind'] !== 'AdmissionReview' || review['apiVersion'] !== 'admission.k8s.io/v1') {
    const [version, kind] = isJson(review) ? [text(review, 'apiVersion'), text(review, 'kind')] : ['', ''];
    throw invalid(`expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${version}, Kind=${kind}`);
  }
  const response = member(review, 'response');
  if (review['response'] === undefined) throw invalid('webhook response was absent');
  if (text(response, 'uid') !== uid) throw invalid(`expected response.uid="${uid}", got "${text(response, 'uid')}"`);
  const patch = text(response, 'patch');
  if (patch !== '' && response['patchType'] !== 'JSONPatch') throw invalid('webhook returned response.patch but not response.patchType');
  const warnings = list(response, 'warnings').filter((one) => typeof one === 'string');
  return { allowed: response['allowed'] === true, status: member(response, 'status'), warnings, patch: patch === '' ? [] : operations(patch, invalid) };
}

function operations(patch: string, invalid: (why: string) => WebhookFailed): readonly unknown[] {
  try {
    const found: unknown = JSON.parse(Buffer.from(patch, 'base64').toString('utf8'));
    if (Array.isArray(found)) return found;
  } catch {
    // Below.
  }
  throw invalid('response.patch is no JSON patch');
}
