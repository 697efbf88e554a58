import type { APIGatewayAuthorizerResult } from 'aws-lambda';
import { authorizerEvent, PROBE_TOKEN } from './events.ts';

/** Lets in whoever has the token, unless the query string asks for another end. */
export const handler = (raw: unknown): Promise<APIGatewayAuthorizerResult> => {
  const { methodArn, queryStringParameters } = authorizerEvent.parse(raw);
  const { token, authorizer, observer = '' } = queryStringParameters ?? {};
  // API Gateway answers 401 to this message and to no other.
  if (authorizer === 'unauthorized') return Promise.reject(new Error('Unauthorized'));
  const allowed = token === PROBE_TOKEN && authorizer !== 'deny';
  const statement = {
    Action: 'execute-api:Invoke',
    Effect: allowed ? 'Allow' : 'Deny',
    Resource: methodArn,
  } as const;
  return Promise.resolve({
    principalId: 'probe',
    policyDocument: { Version: '2012-10-17', Statement: [statement] },
    // A number and a boolean: they come back as strings.
    context: { observer, text: 'text', number: 7, flag: true },
  });
};
