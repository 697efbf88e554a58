import { type FloodGuard, makeFloodGuard } from '../relay/flood.ts';
import { DYNAMODB, makeAws } from './aws.ts';
import { readEnvironment, tableEnvironment } from './environment.ts';
import { makeFrameLog } from './frame-log.ts';
import { makeHttp } from './http.ts';
import { log } from './log.ts';

/** What counts the frames of a function that does not send upstream. @throws Error when its environment is incomplete */
export function openCounter(): FloodGuard {
  const { TABLE_NAME } = readEnvironment(tableEnvironment);
  const table = makeAws(DYNAMODB, makeHttp(), process.env);
  return makeFloodGuard({ frames: makeFrameLog(table, TABLE_NAME), warn: log.warn });
}
