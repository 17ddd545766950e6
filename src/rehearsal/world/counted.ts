import type { RequestListener } from 'node:http';
import { PARTICIPANT_HEADER, type Traffic } from '../clock/traffic.ts';

/** Whoever asks holds the clock until he is answered. */
export function counted(traffic: Traffic, handler: RequestListener): RequestListener {
  return (request, response) => {
    const participant = request.headers[PARTICIPANT_HEADER.toLowerCase()];
    response.on('close', traffic.request(typeof participant === 'string' ? participant : undefined));
    handler(request, response);
  };
}
