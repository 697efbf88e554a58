import { typingSender } from '../../../client/index.ts';
import { chatLine } from './agent.ts';
import { sendMessage } from './calls.ts';
import type { Connection, ConnectionState } from './connection.ts';
import { find } from './dom.ts';
import type { UpstreamKind } from './wire.ts';
import { upstreamKind } from './wire.ts';

export interface GuestPanel {
  /** Connects the form to a guest. */
  start(conversationId: string, socket: Connection['socket'], connect: () => void): void;
  showState(state: ConnectionState): void;
  kind(): UpstreamKind;
}

/** The guest's chat: the box, its messages, the choice of the upstream, the state of the socket. */
export function makeGuestPanel(): GuestPanel {
  const state = find('connection', HTMLElement);
  const stateText = find('connection-text', HTMLElement);
  const reconnect = find('reconnect', HTMLButtonElement);
  const kinds = find('kinds', HTMLFieldSetElement);

  return {
    start(conversationId, socket, connect) {
      reconnect.addEventListener('click', connect);
      kinds.addEventListener('change', connect);
      wireComposer(conversationId, socket);
    },
    showState(next) {
      state.dataset['state'] = next.is;
      stateText.textContent =
        next.is === 'closed' ? next.why : next.is === 'open' ? 'Connected' : 'Connecting…';
      const focused = document.activeElement === reconnect;
      reconnect.hidden = next.is !== 'closed';
      if (focused && reconnect.hidden) find('text', HTMLInputElement).focus();
    },
    kind: () => upstreamKind.parse(new FormData(find('kind-form', HTMLFormElement)).get('kind')),
  };
}

function wireComposer(conversationId: string, socket: Connection['socket']): void {
  const form = find('composer', HTMLFormElement);
  const box = find('text', HTMLInputElement);
  const sent = find('sent', HTMLElement);
  const problem = find('problem', HTMLElement);

  const typing = typingSender(socket, box);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = box.value.trim();
    box.focus();
    if (text === '') return;
    typing.sent();
    box.value = '';
    problem.textContent = '';
    sendMessage(conversationId, text).then(
      () => {
        sent.append(chatLine(text, Date.now()));
        sent.scrollTop = sent.scrollHeight;
      },
      (error: unknown) => {
        if (box.value === '') box.value = text;
        problem.textContent = error instanceof Error ? error.message : 'The message was not sent.';
      },
    );
  });
}
