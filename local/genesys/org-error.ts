import { randomUUID } from 'node:crypto';

import type { Answer } from '../http/answer.ts';

/**
 * An answer in the org's error form, with its correlation id in the header and in `contextId`.
 * Shape: `ErrorBody`, platform-client-sdk-javascript index.d.ts.
 */
export function orgError(
  status: number,
  code: string,
  message: string,
  extra: { headers?: Record<string, string>; permissions?: string } = {},
): Answer {
  const contextId = randomUUID();
  const messageParams = extra.permissions === undefined ? {} : { permissions: extra.permissions };
  return {
    status,
    headers: { 'ININ-Correlation-Id': contextId, ...extra.headers },
    body: { message, code, status, contextId, messageParams, details: [], errors: [] },
  };
}

/** A 403 that names the permission (or, in the thread's word, the scope) that is missing. */
export function missingPermission(permissions: string, code = 'missing.any.permissions'): Answer {
  const message = `Unable to perform the requested action. You must have at least one of the following permissions assigned: [${permissions}]`;
  return orgError(403, code, message, { permissions });
}
