import type { Answer } from '../../http/answer.ts';
import type { Call } from './call.ts';
import { unauthenticated } from './call.ts';

const organization = { id: '0a000000-0000-4000-8000-000000000001', name: 'Simulated org' };

/** `TokenInfo` (§4.3): every field is optional, and neither an expiry nor the permissions are among them. */
export function describeToken({ caller }: Call): Answer {
  if (caller.kind !== 'service' && caller.kind !== 'user') return unauthenticated(caller);
  const { clientId, scopes } = caller.client;
  const authorizedGrantType = caller.kind === 'service' ? 'CLIENT-CREDENTIALS' : 'CODE';
  // What `authorizedScope` holds for client credentials is not published, so it is left out (§4.3).
  const client = {
    id: clientId,
    name: 'Simulated client',
    authorizedGrantType,
    scope: scopes,
    state: 'active',
    organization,
  };
  return { status: 200, body: { organization, homeOrganization: organization, OAuthClient: client } };
}
