import { describe, expect, it } from 'vitest';
import { authorizerEvent, connectEvent, disconnectEvent, messageEvent, ticketOf } from './events.ts';

/** A MESSAGE event has these and nothing else: no headers, no query string. */
const message = {
  requestContext: {
    routeKey: 'typing',
    authorizer: { principalId: 'guest-1', integrationLatency: 12, session: 'sealed' },
    messageId: 'L0SNAdNSvHcCIhw=',
    eventType: 'MESSAGE',
    extendedRequestId: 'L0SNAGBgPHcFmYA=',
    requestTime: '22/Nov/2026:12:00:00 +0000',
    messageDirection: 'IN',
    stage: 'v1',
    connectedAt: 1795348799000,
    requestTimeEpoch: 1795348800000,
    identity: { sourceIp: '192.0.2.1' },
    requestId: 'L0SNAGBgPHcFmYA=',
    domainName: 'abcdef1234.execute-api.eu-central-1.amazonaws.com',
    connectionId: 'L0SM9cOFvHcCIhw=',
    apiId: 'abcdef1234',
  },
  body: '{"type":"typing","data":{"isTyping":true}}',
  isBase64Encoded: false,
};

describe('the events of a WebSocket API', () => {
  it('a MESSAGE event gives connection, time, body and the session of the authorizer', () => {
    const { requestContext, body } = messageEvent.parse(message);
    expect(requestContext).toEqual({
      eventType: 'MESSAGE',
      connectionId: 'L0SM9cOFvHcCIhw=',
      requestId: 'L0SNAGBgPHcFmYA=',
      requestTimeEpoch: 1795348800000,
      authorizer: { session: 'sealed' },
    });
    expect(body).toBe(message.body);
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
