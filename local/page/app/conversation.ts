import { type TypingReceiver, typingReceiver, typingSender } from '../../../client/index.ts';
import { parseJson } from '../../json.ts';
import { type AgentTyper, makeAgentTyper } from './agent-typer.ts';
import { agentTypes, fetchTicket, sentenceOf } from './calls.ts';
import type { Chat } from './chat.ts';
import type { Claims } from './claims.ts';
import type { Connection, ConnectionState } from './connection.ts';
import { makeConnection } from './connection.ts';
import { type ErrorFrame, errorOf } from './steps.ts';
import { UPSTREAMS } from './upstreams.ts';
import type { GuestReply, Screen, UpstreamKind } from './wire.ts';

export interface ConversationOptions {
  guest: GuestReply;
  kind: UpstreamKind;
  chats: { guest: Chat; agent: Chat };
  claims: Claims;
  onKey: () => void;
  /** The client was told an error. */
  onError: (error: ErrorFrame) => void;
  onState: (state: ConnectionState) => void;
}

export interface Conversation {
  readonly guest: GuestReply;
  /** Closes what is open and connects anew. */
  connect: (mismatched: boolean) => Promise<void>;
  connectionId: () => string | undefined;
  /** Its connection has ended, and none is about to be opened. */
  isClosed: () => boolean;
  onScreen: (screen: Screen) => void;
  guestWrote: () => void;
  agentWrote: () => void;
  close: () => void;
}

/** Wires both chats to one guest: whose typing goes through the relay depends on the upstream. */
export function startConversation(options: ConversationOptions): Conversation {
  const { guest, kind, chats } = options;
  const { back, guestNote, deskNote } = UPSTREAMS[kind];
  const typist = back === 'agent-types' ? chats.agent : chats.guest;
  chats.guest.note(guestNote);
  chats.agent.note(deskNote);

  let receiver: TypingReceiver | undefined;
  const { connection, typing, stop } = openTyping(options, typist.field, (socket) => {
    if (back === 'relay') receiver = typingReceiver(socket, showAgent);
  });
  const agent = followAgent(options);
  /** The webhook may bring typing after the message that it ended with. */
  function showAgent(isTyping: boolean): void {
    if (isTyping && agent?.isOver() === true) receiver?.message();
    else chats.guest.bubble(isTyping);
  }
  const shown = makeShown(chats.agent);

  return {
    guest,
    connect: (mismatched) => connection.connect(() => fetchTicket(guest.conversationId, mismatched)),
    connectionId: connection.id,
    isClosed: connection.isClosed,
    onScreen(screen) {
      chats.agent.bubble(screen.guestTyping);
      if (back === 'genesys' || back === 'agent-types') chats.guest.bubble(screen.agentTyping);
      shown(screen);
    },
    guestWrote() {
      if (typist === chats.guest) typing.sent();
    },
    agentWrote() {
      receiver?.message();
      if (typist === chats.agent) typing.sent();
    },
    close() {
      stop();
      agent?.stop();
      chats.guest.bubble(false);
      chats.agent.bubble(false);
    },
  };
}

type TypingOptions = Pick<ConversationOptions, 'guest' | 'kind' | 'claims' | 'onKey' | 'onError' | 'onState'>;

/** A connection, and a field whose typing goes over it. */
export function openTyping(
  { guest, kind, claims, onKey, onError, onState }: TypingOptions,
  field: HTMLInputElement,
  onSocket: (socket: WebSocket) => void = () => undefined,
): { connection: Connection; typing: { sent: () => void }; stop: () => void } {
  const connection = makeConnection({
    gateway: guest.gateway,
    conversationId: guest.conversationId,
    claims,
    onState,
    onSocket(socket) {
      onSocket(socket);
      socket.addEventListener('message', ({ data }) => {
        const error = errorOf(parseJson(String(data)));
        if (error !== undefined) onError(error);
      });
    },
  });
  // Before the sender listens, so that a key is counted before what it leads to.
  field.addEventListener('input', onKey);
  const typing = typingSender(connection.socket, field, { lapses: UPSTREAMS[kind].lapses });
  return {
    connection,
    typing,
    stop() {
      field.removeEventListener('input', onKey);
      typing.stop();
      connection.close();
    },
  };
}

/** The agent's own typing at the org, where the guest is shown it. */
function followAgent({ kind, guest, chats }: ConversationOptions): AgentTyper | undefined {
  const { back } = UPSTREAMS[kind];
  if (back !== 'relay' && back !== 'genesys') return undefined;
  return makeAgentTyper(chats.agent.field, () => {
    agentTypes(guest.conversationId).catch((error: unknown) => {
      chats.agent.problem(sentenceOf(error));
    });
  });
}

/** Puts the guest's messages on the desk as the agent's screen has them: each once, also after a gap in the feed. */
function makeShown(desk: Chat): (screen: Screen) => void {
  let last = '';
  return ({ messages }) => {
    const keys = messages.map(({ text, at }) => `${at} ${text}`);
    const fresh = messages.slice(keys.lastIndexOf(last) + 1);
    for (const { text, at } of fresh) desk.say({ from: 'guest', text, at: Date.parse(at) });
    last = keys.at(-1) ?? last;
  };
}
