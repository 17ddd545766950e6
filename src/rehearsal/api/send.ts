import type { ServerResponse } from 'node:http';
import { stringify } from 'yaml';
import type { Json } from './json.ts';

export function sendJson(response: ServerResponse, code: number, body: Json, type = 'application/json'): void {
  const text = JSON.stringify(body);
  response.writeHead(code, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) }).end(text);
}

export function sendYaml(response: ServerResponse, code: number, body: Json): void {
  response.writeHead(code, { 'Content-Type': 'application/yaml' }).end(stringify(body));
}

export function sendText(response: ServerResponse, code: number, body: string): void {
  response.writeHead(code, { 'Content-Type': 'text/plain; charset=utf-8' }).end(body);
}
