import { Agent } from 'node:https';
import axios from 'axios';
import type { SendHttp } from './http.ts';

export function openAxios(): SendHttp {
  const client = axios.create({
    httpsAgent: new Agent({ keepAlive: true }),
    responseType: 'text',
    // Statuses are looked at by the caller, and the body is parsed there.
    validateStatus: () => true,
    transformResponse: (body: unknown) => body,
  });
  return async ({ method, url, headers, body, timeoutMs }) => {
    const response = await client.request<string>({ method, url, headers, data: body, timeout: timeoutMs });
    return {
      status: response.status,
      header: (name) => {
        const value: unknown = response.headers[name];
        return typeof value === 'string' ? value : undefined;
      },
      body: response.data,
    };
  };
}
