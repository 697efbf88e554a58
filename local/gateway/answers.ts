import * as z from 'zod';
import { answerHeaders, statusCode } from '../http/proxy-answer.ts';
import { header, isToken } from './handshake.ts';

/** A proxy integration refuses an answer of any other form. */
const ProxyAnswer = z.strictObject({
  statusCode,
  headers: answerHeaders.nullish(),
  multiValueHeaders: z.record(z.string(), z.array(z.string())).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

export interface Answer {
  readonly status: number;
  readonly body: string;
  /** The `Sec-WebSocket-Protocol` that the answer to `$connect` names. */
  readonly subprotocol?: string;
}

/** Reads what a function answered; undefined when API Gateway would call it malformed. */
export function readAnswer(value: unknown): Answer | undefined {
  const answer = ProxyAnswer.safeParse(value).data;
  if (answer === undefined) return undefined;
  const headers: Record<string, string> = { ...answer.headers };
  for (const [name, values] of Object.entries({ ...answer.multiValueHeaders })) {
    headers[name] = values.at(-1) ?? '';
  }
  const subprotocol = header(headers, 'Sec-WebSocket-Protocol');
  // Nothing else may stand in the header that goes to the client.
  if (subprotocol !== undefined && !isToken(subprotocol)) return undefined;
  return {
    status: answer.statusCode,
    body: answer.body ?? '',
    ...(subprotocol === undefined ? {} : { subprotocol }),
  };
}
