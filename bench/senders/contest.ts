import { setImmediate } from 'node:timers/promises';
import { framesOf, playKeys, type SenderName } from './keys.ts';
import { BAD_EVENTS, inWords, KNOWN_KEYS, KNOWN_MESSAGES } from './known.ts';
import { forwardedOf, type Part, playerOf, type RelayName, takes } from './messages.ts';
import { makeTime, replaceGlobals } from './time.ts';
import { conversations, messagesOf } from './traces.ts';
import type { Outcome } from './outcome.ts';

/** How many guests are replayed: some 16,000 keys, or 1,500 messages. */
const GUESTS = 40;

const time = makeTime();

/** One replay of all guests. */
type Replay = () => Pick<Outcome, 'steps' | 'said'>;

function keysReplay(name: SenderName): Replay {
  const all = conversations(GUESTS);
  return () => {
    let steps = 0;
    let said = 0;
    for (const conversation of all) {
      const { keys, frames } = playKeys(name, conversation, time);
      steps += keys;
      said += frames;
    }
    return { steps, said };
  };
}

function messagesReplay(name: RelayName, part: Part): Replay {
  const all = messagesOf(conversations(GUESTS), time);
  const play = playerOf(name, part, all, time);
  return () => {
    let said = 0;
    play(() => (said += 1));
    return { steps: all.messages.length, said };
  };
}

/** Replays for so long. @returns nanoseconds for each step */
async function timed(replay: Replay, ms: number): Promise<number> {
  const end = process.hrtime.bigint() + BigInt(Math.round(ms * 1e6));
  let spent = 0;
  let steps = 0;
  do {
    const began = process.hrtime.bigint();
    steps += replay().steps;
    // What a replay left to be done, such as answers to promises, is part of it.
    await setImmediate();
    spent += Number(process.hrtime.bigint() - began);
  } while (process.hrtime.bigint() < end);
  return spent / steps;
}

type Checked = Pick<Outcome, 'known' | 'took'>;

/** Runs in virtual time: first what must come out the same, then half of `ms` to warm up, then `ms` that count. */
async function run(check: () => Checked, makeReplay: () => Replay, ms: number): Promise<Outcome> {
  const putBack = replaceGlobals(time);
  try {
    const checked = check();
    const replay = makeReplay();
    await timed(replay, ms / 2);
    const ns = await timed(replay, ms);
    return { ns, ...replay(), ...checked };
  } finally {
    putBack();
  }
}

/** A sender, by the key. */
export const measureKeys = (name: SenderName, ms: number): Promise<Outcome> =>
  run(
    () => ({ known: inWords(framesOf(name, KNOWN_KEYS, time)), took: [] }),
    () => keysReplay(name),
    ms,
  );

/** What a relay makes of the known trace, and of what is no message. */
const relayChecked = (name: RelayName): Checked => ({
  known: inWords(forwardedOf(name, KNOWN_MESSAGES, time)),
  took: BAD_EVENTS.flatMap((event, place) => (takes(name, event) ? [place] : [])),
});

/** The checks of the first message of a process, before anything is warm. */
export async function measureFirst(name: RelayName): Promise<Outcome> {
  const event = KNOWN_MESSAGES.messages[0]?.event;
  const began = process.hrtime.bigint();
  const taken = takes(name, event);
  const ns = Number(process.hrtime.bigint() - began);
  return run(
    () => relayChecked(name),
    () => () => ({ steps: 1, said: Number(taken) }),
    0,
  ).then((outcome) => ({ ...outcome, ns }));
}

/** A relay, by the message, or by the part of it that was not done before. */
export const measureMessages = (name: RelayName, ms: number, part: Part = 'messages'): Promise<Outcome> =>
  run(
    () => relayChecked(name),
    () => messagesReplay(name, part),
    ms,
  );
