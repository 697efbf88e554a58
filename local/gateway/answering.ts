import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import * as http from '../http/answer.ts';

/** Every answer of API Gateway has an id of its own. */
function withId(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { 'x-amzn-RequestId': randomUUID(), ...headers };
}

/** Answers with JSON, or with no body at all. */
export function answer(
  response: ServerResponse,
  status: number,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
): void {
  http.send(response, { status, body, headers: withId(headers) });
}

/** Answers an upgrade request without a socket. */
export function refuse(socket: Duplex, status: number, body?: unknown): void {
  http.refuse(socket, { status, body, headers: withId() });
}
