import type { LookupAddress } from 'node:dns';
import type { SendHttp } from '../../functions/ports/http.ts';

/** The world of the doctor. */
export interface DoctorPorts {
  http: SendHttp;
  lookup: (host: string) => Promise<LookupAddress>;
  /** Epoch milliseconds. */
  now: () => number;
  /** How long one check may take, in milliseconds. */
  limitMs: number;
  /** Says what is under way. */
  tell: (text: string) => void;
  /** Notes a text that must never be shown. */
  keepSecret: (text: string) => void;
}

/** Longer than the relay waits: a laptop may be far away. */
export const CHECK_LIMIT_MS = 5_000;
