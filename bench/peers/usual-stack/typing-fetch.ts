import { sendByFetch } from './http.ts';
import { makeHandler } from './typing.ts';

export const handler = makeHandler(() => sendByFetch);
