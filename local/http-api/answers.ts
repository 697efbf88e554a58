import { validateHeaderName, validateHeaderValue } from 'node:http';
import * as z from 'zod';
import { answerHeaders, statusCode } from '../http/proxy-answer.ts';
import { HOP_HEADERS } from './events.ts';

/** What goes to the client. */
export interface Answer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

const Headers = answerHeaders.refine((headers) =>
  Object.entries(headers).every(([name, value]) => canBeSent(name, value)),
);

/** Unknown fields, such as the `multiValueHeaders` of format 1.0, are ignored. */
const ProxyAnswer = z.object({
  statusCode,
  headers: Headers.nullish(),
  cookies: z.array(z.string().refine((cookie) => canBeSent('set-cookie', cookie))).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});
const WithStatus = z.looseObject({ statusCode: z.unknown() });

/** What API Gateway says itself. */
export function ownAnswer(status: number, message: string): Answer {
  return json(status, JSON.stringify({ message }));
}

/**
 * Reads what a function answered in payload format 2.0; undefined when API Gateway would call it malformed.
 * docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function readAnswer(value: unknown): Answer | undefined {
  // Anything without a status is the body itself, and a text is not quoted again.
  if (!hasStatus(value)) return json(200, typeof value === 'string' ? value : JSON.stringify(value));
  const answer = ProxyAnswer.safeParse(value).data;
  if (answer === undefined) return undefined;
  const body = answer.body ?? '';
  if (answer.isBase64Encoded === true && !z.base64().safeParse(body).success) return undefined;
  return {
    status: answer.statusCode,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...sendable(answer.headers ?? {}) },
    cookies: answer.cookies ?? [],
    body: Buffer.from(body, answer.isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

const hasStatus = (value: unknown): boolean => {
  const found = WithStatus.safeParse(value).data;
  return found !== undefined && Object.hasOwn(found, 'statusCode');
};

function json(status: number, text: string): Answer {
  const headers = { 'content-type': 'application/json' };
  return { status, headers, cookies: [], body: Buffer.from(text) };
}

/** Without those that are between the client and the gateway. */
function sendable(headers: Readonly<Record<string, string>>): Record<string, string> {
  const named = Object.entries(headers).map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  return Object.fromEntries(named.filter(([name]) => name !== 'content-length' && !HOP_HEADERS.has(name)));
}

function canBeSent(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
