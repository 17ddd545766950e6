import type { IncomingMessage, ServerResponse } from 'node:http';

/** What the API reads of a request: one that came over HTTP, or one of a client in its own process. */
export type ApiRequest = Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'socket'> & AsyncIterable<unknown>;

/** What the API does to a response. */
export interface ApiResponse {
  readonly statusCode: number;
  readonly headersSent: boolean;
  /** Takes an object as it is, instead of its text: for a client in this process. */
  take?(code: number, body: unknown): void;
  setHeader(name: string, value: string | readonly string[]): unknown;
  writeHead(code: number, headers: Readonly<Record<string, string | number>>): Pick<ServerResponse, 'end'>;
  flushHeaders(): void;
  write(text: string): unknown;
  end(): unknown;
  on(event: 'close', listener: () => void): unknown;
}
