import { allowedBy } from './authorize.ts';
import { ACCESS_REVIEW } from '../kinds/built-ins.ts';
import { objectFrom, mediaType, readBody } from '../write/body.ts';
import type { Exchange, HandlerDeps } from '../exchange.ts';
import { member, text } from '../json.ts';
import { sendJson } from '../send.ts';

/** SelfSubjectAccessReview: may I? Nothing is stored. @throws StatusError */
export async function reviewAccess({ store }: HandlerDeps, { request, response, user }: Exchange): Promise<void> {
  const { object } = objectFrom(mediaType(request), await readBody(request), ACCESS_REVIEW);
  const asked = member(member(object, 'spec'), 'resourceAttributes');
  const subresource = text(asked, 'subresource');
  const reason = allowedBy(store, user, {
    verb: text(asked, 'verb'),
    group: text(asked, 'group'),
    resource: subresource === '' ? text(asked, 'resource') : `${text(asked, 'resource')}/${subresource}`,
    namespace: text(asked, 'namespace'),
    name: text(asked, 'name'),
  });
  const status = reason === undefined ? { allowed: false } : { allowed: true, ...(reason === '' ? {} : { reason }) };
  sendJson(response, 201, { kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', metadata: {}, spec: object['spec'], status });
}
