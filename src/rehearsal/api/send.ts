import { stringify } from 'yaml';
import type { Json } from './json.ts';
import type { ApiResponse } from './parties.ts';

export function sendJson(response: ApiResponse, code: number, body: Json, type = 'application/json'): void {
  if (response.take) return response.take(code, body);
  const text = JSON.stringify(body);
  response.writeHead(code, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) }).end(text);
}

export function sendYaml(response: ApiResponse, code: number, body: Json): void {
  response.writeHead(code, { 'Content-Type': 'application/yaml' }).end(stringify(body));
}

export function sendText(response: ApiResponse, code: number, body: string): void {
  response.writeHead(code, { 'Content-Type': 'text/plain; charset=utf-8' }).end(body);
}
