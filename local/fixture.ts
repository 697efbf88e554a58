import { request } from 'node:http';
import { expect } from 'vitest';

/** For tests: a value of this type, without the `any` that silences the compiler around a matcher. */
export function anything(type: unknown): unknown {
  return expect.any(type);
}

/** For tests: a text of this form. */
export function like(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}

/** For tests: the status of a request whose headers may be any; `fetch` lets no caller choose the Host. */
export function statusFor(
  url: string,
  method: string,
  headers: Record<string, string>,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.on('error', reject).end();
  });
}
