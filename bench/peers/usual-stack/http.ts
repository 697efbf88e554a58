/** One call, as either HTTP client makes it. */
export interface Call {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  body?: string;
  /** Milliseconds for all of it. */
  timeoutMs: number;
}

export interface Answer {
  status: number;
  header: (name: string) => string | undefined;
  body: string;
}

/** Any status is an answer. @throws Error when there is none in time */
export type SendHttp = (call: Call) => Promise<Answer>;

export const sendByFetch: SendHttp = async ({ url, timeoutMs, ...call }) => {
  const response = await fetch(url, { ...call, signal: AbortSignal.timeout(timeoutMs) });
  return {
    status: response.status,
    header: (name) => response.headers.get(name) ?? undefined,
    body: await response.text(),
  };
};
