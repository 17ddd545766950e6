import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { LabwrightError } from '../util/errors.ts';

/** Names the control socket of their world to programs that stand in for others. */
export const WORLD_VARIABLE = 'LABWRIGHT_WORLD';

/** Asks a world at its control socket. @throws LabwrightError `refused` in its words, `unreachable` when it is not there, or has ended meanwhile. */
export function askControl(socketPath: string, message: { readonly type: string } & Readonly<Record<string, unknown>>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, method: 'POST', path: `/${message.type}` }, (response) => {
      text(response).then((body) => {
        const answer: unknown = JSON.parse(body);
        if (response.statusCode === 200) resolve(answer);
        else reject(new LabwrightError('refused', `the rehearsal world refuses ${message.type}: ${(answer as { message: string }).message}`));
      }, reject);
    });
    outgoing.on('error', (cause) => reject(new LabwrightError('unreachable', `the rehearsal world does not answer: ${cause.message}`, { cause })));
    outgoing.end(JSON.stringify(message));
  });
}
