import { randomUUID } from 'node:crypto';

import type { Answer } from '../http/answer.ts';

interface OrgErrorExtra {
  headers?: Record<string, string>;
  permissions?: string;
  details?: { errorCode: string; fieldName: string }[];
}

/**
 * An answer in the org's error form, with its correlation id in the header and in `contextId`.
 * Shape: `ErrorBody`, platform-client-sdk-javascript index.d.ts.
 */
export function orgError(status: number, code: string, message: string, extra: OrgErrorExtra = {}): Answer {
  const contextId = randomUUID();
  const messageParams = extra.permissions === undefined ? {} : { permissions: extra.permissions };
  return {
    status,
    headers: { 'ININ-Correlation-Id': contextId, ...extra.headers },
    body: { message, code, status, contextId, messageParams, details: extra.details ?? [], errors: [] },
  };
}

/**
 * A 403 that names the permissions (or, in the thread's word, the scope) that are missing.
 * @param code `missing.permissions` where all of them are needed, else any will do
 */
export function missingPermission(permissions: string, code = 'missing.any.permissions'): Answer {
  const which = code === 'missing.permissions' ? 'all' : 'at least one';
  const message = `Unable to perform the requested action. You must have ${which} of the following permissions assigned: [${permissions}]`;
  return orgError(403, code, message, { permissions });
}
