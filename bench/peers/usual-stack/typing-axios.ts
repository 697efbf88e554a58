import { openAxios } from './http-axios.ts';
import { makeHandler } from './typing.ts';

export const handler = makeHandler(openAxios);
