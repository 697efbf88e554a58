/** What serverless-offline 14.8.2 does otherwise than AWS, and this suite. */
export interface KnownDifference {
  /** What the scenario says of it, or words of that. */
  readonly instead: string;
  /** In a sentence, from its source where that tells. */
  readonly why: string;
}

interface Group extends KnownDifference {
  /** By their names. */
  readonly scenarios: readonly string[];
}

/** https://github.com/dherault/serverless-offline/tree/v14.8.2/src/events: the files named are below it. */
const GROUPS: readonly Group[] = [
  {
    scenarios: [
      'an authorizer that throws "Unauthorized" refuses the upgrade with 401',
      'the relay: a connection without a ticket is refused with 401',
    ],
    instead: 'the status of the upgrade is 500',
    why: 'An authorizer says "Unauthorized" by the old callback only; what it throws is a 500 (websocket/WebSocketClients.js).',
  },
  {
    scenarios: ['an upgrade without the identity source is refused with 401'],
    instead: 'the status of the upgrade is 403',
    why: 'Identity sources are not looked at: the authorizer runs, and denies.',
  },
  {
    scenarios: ['the subprotocol that $connect names is echoed, whichever the client offers first'],
    instead: 'the answer to the upgrade is {"status":101,"subprotocol":"first"}',
    why: "The headers of $connect's answer are dropped, and the first offer is taken (websocket/WebSocketServer.js).",
  },
  {
    scenarios: ['no subprotocol is echoed when $connect names none'],
    instead: 'the answer to the upgrade is {"status":101,"subprotocol":"first"}',
    why: 'The same: a client whose subprotocol AWS would not echo is not found out.',
  },
  {
    scenarios: ['a connection id ends in ='],
    instead: 'the connection id is ',
    why: 'Its ids are UUIDs.',
  },
  {
    scenarios: ['the CONNECT event has the headers that API Gateway adds, such as X-Forwarded-For'],
    instead: '["X-Amzn-Trace-Id","X-Forwarded-For","X-Forwarded-Port","X-Forwarded-Proto"]',
    why: 'It hands on what the client sent (websocket/lambda-events/WebSocketConnectEvent.js).',
  },
  {
    scenarios: [
      'a message with a type that no route has gets the Forbidden frame, and the socket stays',
      'a message with no type gets the Forbidden frame, and the socket stays',
      'a message with a body that is not JSON gets the Forbidden frame, and the socket stays',
      'a message with a type that is a route in an array gets the Forbidden frame, and the socket stays',
      'a message with a type that is a route in capitals gets the Forbidden frame, and the socket stays',
    ],
    instead: "nothing comes within 8 s: waited for the client's next frame",
    why: 'A message without a route is dropped in silence (websocket/WebSocketClients.js).',
  },
  {
    scenarios: [
      "a message with API Gateway's own $connect as its type gets the Forbidden frame, and the socket stays",
    ],
    instead: "nothing comes within 8 s: waited for the client's next frame",
    why: "The message runs the $connect route's handler.",
  },
  {
    scenarios: [
      "the relay: API Gateway's own $connect as its type is told unknown_type, and the connection stays",
    ],
    instead: '"message":"Internal server error"',
    why: "The same: the relay's $connect handler refuses a MESSAGE event.",
  },
  {
    scenarios: [
      "a handler that passes its integration's time-out gives the Internal server error frame, and the socket stays",
    ],
    instead: 'the frame of API Gateway is "late"',
    why: "It knows a function's time-out, and none of an integration.",
  },
  {
    scenarios: [
      'a frame over 32 KB closes the connection with 1009',
      'the relay: a frame over 32 KB closes the connection with 1009',
      'a message over 128 KB in five frames closes the connection with 1009',
      'the relay: a message over 128 KB in five frames closes the connection with 1009',
    ],
    instead: 'the connection stays open and sends',
    why: 'It has no limit of its own for frames and messages; that of ws is 100 MiB.',
  },
  {
    scenarios: [
      'a binary frame closes the connection with 1003',
      'the relay: a binary frame closes the connection with 1003',
    ],
    instead: 'the connection stays open and sends',
    why: 'A binary message is handed to the functions as a Buffer.',
  },
  {
    scenarios: ['@connections POST of more than 128 KB is refused with 413, and the connection stays'],
    instead: 'the status is 204',
    why: 'There is no limit (websocket/http-routes/connections/ConnectionsController.js).',
  },
  {
    scenarios: ['@connections POST is answered with 200, DELETE with 204'],
    instead: 'the status of POST is 204',
    why: 'Its web server makes 204 of an empty answer.',
  },
  {
    scenarios: [
      '@connections GET tells when a connection began and was last active, and who it is, in camelCase',
      '@connections GET for a gone connection is refused with 410 and GoneException',
    ],
    instead: 'the status is 426',
    why: 'There is no GET: the catch-all route answers (websocket/http-routes/connections/connectionsRoutes.js).',
  },
  {
    scenarios: ['@connections DELETE closes a connection with 1000'],
    instead: 'closed with 1005',
    why: 'It closes without a code.',
  },
  {
    scenarios: [
      '@connections POST for a gone connection is refused with 410 and GoneException',
      '@connections DELETE for a gone connection is refused with 410 and GoneException',
    ],
    instead: 'x-amzn-ErrorType is nothing',
    why: 'The 410 has no x-amzn-ErrorType, so the SDK cannot name the error.',
  },
  {
    scenarios: [
      'the DISCONNECT event of a client that closes with 1000 and a reason has status 1000',
      'the DISCONNECT event of a client that closes with a code of its own has status 4001',
      'the DISCONNECT event of a client that closes without a code has status 1005',
      'the DISCONNECT event of a client that vanishes has status 1006',
    ],
    instead: 'disconnectStatusCode is nothing',
    why: 'The event has neither status nor reason (websocket/lambda-events/WebSocketDisconnectEvent.js).',
  },
  {
    scenarios: ['an HTTP event has the route, the path and the query string, values of one name joined'],
    instead: 'the body is null',
    why: 'A body that is not there is null in its event, and absent on AWS.',
  },
  {
    scenarios: ['an HTTP event has header names in lower case, who forwarded it, and cookies apart'],
    instead: '["x-amzn-trace-id","x-forwarded-for","x-forwarded-port","x-forwarded-proto"]',
    why: 'It hands on what the client sent.',
  },
  {
    scenarios: ['an HTTP answer without a status is 200 with the value as JSON'],
    instead: 'content-type is "application/json; charset=utf-8"',
    why: 'Its web server adds a charset.',
  },
  {
    scenarios: ['an HTTP answer has the status, headers, cookies and body that the handler gave'],
    instead: 'content-type is "text/x-probe; charset=utf-8"',
    why: 'Its web server adds a charset.',
  },
  {
    scenarios: ['an HTTP route that there is not is 404'],
    instead: '"error":"Serverless-offline: route not found."',
    why: 'It answers for a developer, with the routes there are.',
  },
  {
    scenarios: ['an HTTP handler that throws is 500'],
    instead: 'the answer is [200,{"errorMessage"',
    why: "The handler's error, stack and all, is sent as a body with status 200.",
  },
  {
    scenarios: ["an HTTP handler that passes its integration's time-out is 503"],
    instead: 'the answer is [200,',
    why: "It knows a function's time-out, and none of an integration.",
  },
];

/** By the scenario's name. */
export const KNOWN_DIFFERENCES: ReadonlyMap<string, KnownDifference> = new Map(
  GROUPS.flatMap(({ scenarios, instead, why }) =>
    scenarios.map((name): [string, KnownDifference] => [name, { instead, why }]),
  ),
);
