import { readFile } from 'node:fs/promises';
import { DRAFTS_PER_CONVERSATION, type Keystrokes, lengthOf, PAUSE_MAX_MS } from './guest.ts';

/** A trace that cannot be used: each line of the message names file and line. */
export class TraceError extends Error {
  override readonly name = 'TraceError';
}

const WRONG_LINES_TOLD = 10;
const WANTED = 'not user,session,press time in milliseconds';

const QUOTED_COMMA = /"[^",]*,[^"]*"/;

const fieldsOf = (line: string): string[] =>
  line.split(',').map((field) => field.trim().replace(/^"(.*)"$/, '$1'));

/** Fifteen digits are exact in a number, and 30,000 years. */
const isTime = (text: string): boolean => /^\d{1,15}(\.\d+)?$/.test(text);

/** The name of a column has letters and no figures. */
const isName = (text: string): boolean => /^[a-z][^\d]*$/i.test(text);

/**
 * Reads key presses: one a line, `user,session,press time in milliseconds`, in order of time within a session.
 * @param name of the file, for the messages
 * @returns the press times of each session that has two keys at least
 * @throws TraceError
 */
export function parseTrace(text: string, name: string): number[][] {
  const sessions = new Map<string, number[]>();
  const wrong: string[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === '') return;
    const [user, session, time = '', ...more] = fieldsOf(line);
    if (index === 0 && session !== undefined && isName(time)) return;
    const where = `${name}:${index + 1}`;
    if (!user || !session || more.length > 0 || !isTime(time)) {
      const why = QUOTED_COMMA.test(line) ? 'a comma within quotes is not read' : WANTED;
      wrong.push(`${where}: ${why}: ${JSON.stringify(line.slice(0, 60))}`);
      return;
    }
    const key = JSON.stringify([user, session]);
    const times = sessions.get(key) ?? [];
    sessions.set(key, times);
    if (Number(time) < (times.at(-1) ?? 0))
      wrong.push(`${where}: earlier than the key before in its session`);
    times.push(Number(time));
  });
  if (wrong.length > 0) {
    const more = wrong.length - WRONG_LINES_TOLD;
    const rest = more > 0 ? [`and ${more} more`] : [];
    throw new TraceError([...wrong.slice(0, WRONG_LINES_TOLD), ...rest].join('\n'));
  }
  const usable = [...sessions.values()].filter((times) => times.length > 1);
  if (usable.length === 0) throw new TraceError(`${name}: no session with two key presses`);
  return usable;
}

/** @throws TraceError; Error when it cannot be read */
export const readTrace = async (file: string): Promise<number[][]> =>
  parseTrace(await readFile(file, 'utf8'), file);

/** Keys of one conversation: about as many as the generator's have. */
const PART_KEYS = DRAFTS_PER_CONVERSATION * 41;

const gapsOf = (times: readonly number[]): number[] =>
  times.map((time, index) => Math.min(PAUSE_MAX_MS, time - (times[index - 1] ?? time)));

/** Cuts the sessions into parts of a conversation's size: the first part of each, then the second of each, and so on. */
function partsOf(sessions: readonly number[][]): number[][] {
  const all = sessions.map(gapsOf);
  const parts: number[][] = [];
  const longest = all.reduce((most, { length }) => Math.max(most, length), 0);
  for (let from = 0; from < longest; from += PART_KEYS)
    for (const gaps of all) if (from < gaps.length) parts.push(gaps.slice(from, from + PART_KEYS));
  return parts;
}

/**
 * Replays a trace: each conversation is a part of one session, cut into drafts by the generator's distribution of
 * lengths, the rest of it being the last. The parts come round again for as long as messages are wanted, cut anew.
 */
export function replayed(sessions: readonly number[][]): Keystrokes {
  const parts = partsOf(sessions);
  return (conversation, random) => {
    const gaps = parts[conversation % parts.length] ?? [];
    const drafts: number[][] = [];
    for (let from = 0; from < gaps.length;) {
      const length = lengthOf(random);
      drafts.push(gaps.slice(from, from + length));
      from += length;
    }
    return drafts;
  };
}
