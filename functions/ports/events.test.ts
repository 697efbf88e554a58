import { describe, expect, it } from 'vitest';
import { disconnectEvent, messageEvent } from './events.ts';
import { authorizerEvent, connectEvent, ticketOf } from './http-events.ts';

/** What API Gateway adds to every event behind an authorizer that returned `{principalId, context: {session}}`. */
const authorizer = { principalId: 'guest-1', integrationLatency: 12, session: 'sealed' };

/**
 * Captured, with the sender's address replaced: the MESSAGE event in the README of the WebSocket pattern of
 * aws-samples/serverless-patterns (16 May 2022). No headers, no query string.
 */
const message = {
  requestContext: {
    routeKey: '$default',
    messageId: 'SOqIDdzSoAMCEeg=',
    eventType: 'MESSAGE',
    extendedRequestId: 'SOqIDEacoAMFaHQ=',
    requestTime: '16/May/2022:17:30:27 +0000',
    messageDirection: 'IN',
    stage: 'api',
    connectedAt: 1652722217711,
    requestTimeEpoch: 1652722227357,
    identity: { sourceIp: '192.0.2.1' },
    requestId: 'SOqIDEacoAMFaHQ=',
    domainName: 'u9jlm1pv1h.execute-api.us-east-1.amazonaws.com',
    connectionId: 'SOqGjdZioAMCEeg=',
    apiId: 'u9jlm1pv1h',
    authorizer,
  },
  body: '{"first_name" : "Jane", "last_name" : "Doe"}',
  isBase64Encoded: false,
};

/** Captured, with the sender's address replaced: the CONNECT event in the tests of swift-aws-lambda-events (19 July 2023). */
const connect = {
  headers: {
    Host: 'lqrlmblaa2.execute-api.us-east-1.amazonaws.com',
    Origin: 'wss://lqrlmblaa2.execute-api.us-east-1.amazonaws.com',
    'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits; server_max_window_bits=15',
    'Sec-WebSocket-Key': 'am5ubWVpbHd3bmNyYXF0ag==',
    'Sec-WebSocket-Version': '13',
    'X-Amzn-Trace-Id': 'Root=1-64b83950-42de8e247b4c2b43091ef67c',
    'X-Forwarded-For': '192.0.2.1',
    'X-Forwarded-Port': '443',
    'X-Forwarded-Proto': 'https',
  },
  requestContext: {
    routeKey: '$connect',
    eventType: 'CONNECT',
    extendedRequestId: 'IU3kkGyEoAMFwZQ=',
    requestTime: '19/Jul/2023:19:28:16 +0000',
    messageDirection: 'IN',
    stage: 'dev',
    connectedAt: 1689794896145,
    requestTimeEpoch: 1689794896162,
    identity: { sourceIp: '192.0.2.1' },
    requestId: 'IU3kkGyEoAMFwZQ=',
    domainName: 'lqrlmblaa2.execute-api.us-east-1.amazonaws.com',
    connectionId: 'IU3kkeN4IAMCJwA=',
    apiId: 'lqrlmblaa2',
  },
  isBase64Encoded: false,
};

describe('the events of a WebSocket API', () => {
  it('a MESSAGE event gives connection, time, body and the session of the authorizer', () => {
    const { requestContext, body } = messageEvent.parse(message);
    expect(requestContext).toEqual({
      eventType: 'MESSAGE',
      connectionId: 'SOqGjdZioAMCEeg=',
      connectedAt: 1652722217711,
      requestId: 'SOqIDEacoAMFaHQ=',
      requestTimeEpoch: 1652722227357,
      authorizer: { session: 'sealed' },
    });
    expect(body).toBe(message.body);
  });

  it('a CONNECT event has headers, and is what the authorizer gets too', () => {
    expect(connectEvent.parse(connect).headers).toEqual(connect.headers);
    const methodArn = 'arn:aws:execute-api:us-east-1:000000000000:lqrlmblaa2/dev/$connect';
    const asked = authorizerEvent.parse({ ...connect, type: 'REQUEST', methodArn });
    expect(asked.requestContext.requestId).toBe('IU3kkGyEoAMFwZQ=');
    expect(ticketOf(asked)).toBeUndefined();
  });

  it('a DISCONNECT event has the session too', () => {
    const disconnect = {
      ...message,
      requestContext: {
        ...message.requestContext,
        eventType: 'DISCONNECT',
        disconnectStatusCode: 1005,
        disconnectReason: '',
      },
    };
    expect(disconnectEvent.parse(disconnect).requestContext.authorizer.session).toBe('sealed');
  });

  it('an event of one sort is not taken for another', () => {
    expect(connectEvent.safeParse(message).success).toBe(false);
    expect(disconnectEvent.safeParse(message).success).toBe(false);
  });

  it('an event without an authorizer is refused: the route was left open', () => {
    const open = { ...message, requestContext: { ...message.requestContext, authorizer: undefined } };
    expect(messageEvent.safeParse(open).success).toBe(false);
  });
});

describe('a ticket', () => {
  const from = (headers: Record<string, string>, queryStringParameters?: Record<string, string>) =>
    ticketOf(
      authorizerEvent.parse({
        methodArn: 'arn:aws:execute-api:eu-central-1:000000000000:abcdef1234/v1/$connect',
        headers,
        ...(queryStringParameters && { queryStringParameters }),
        requestContext: { requestId: 'r' },
      }),
    );

  it.each([
    ['the subprotocol after ours', from({ 'Sec-WebSocket-Protocol': 'typing-relay, T' })],
    ['the same among others', from({ 'Sec-WebSocket-Protocol': 'chat,typing-relay,T' })],
    ['a header in small letters', from({ 'sec-websocket-protocol': 'typing-relay, T' })],
    ['Authorization', from({ Authorization: 'Bearer T' })],
    ['authorization in small letters', from({ authorization: 'bearer T' })],
    ['the query string', from({}, { ticket: 'T' })],
    ['the first of several', from({ Authorization: 'Bearer T' }, { ticket: 'U' })],
  ])('is taken from %s', (_, ticket) => {
    expect(ticket).toBe('T');
  });

  it.each([
    ['nothing at all', from({})],
    ['only our subprotocol', from({ 'Sec-WebSocket-Protocol': 'typing-relay' })],
    ['another subprotocol', from({ 'Sec-WebSocket-Protocol': 'chat, T' })],
    ['Basic credentials', from({ Authorization: 'Basic T' })],
    ['an empty one', from({ Authorization: 'Bearer ' }, { ticket: '' })],
  ])('is not found in %s', (_, ticket) => {
    expect(ticket).toBeUndefined();
  });

  it('is found where API Gateway sends null for no query string', () => {
    const event = {
      methodArn: 'arn',
      headers: { Authorization: 'Bearer T' },
      queryStringParameters: null,
      requestContext: { requestId: 'r' },
    };
    expect(ticketOf(authorizerEvent.parse(event))).toBe('T');
  });
});
