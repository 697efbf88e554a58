import { fetchTicket, sendMessage } from './calls.ts';
import { type Chat, sendOnSubmit } from './chat.ts';
import { openTyping, type ConversationOptions } from './conversation.ts';
import { find } from './dom.ts';

export interface SecondTab {
  /** Lets it be opened for this conversation, or with none takes that away. */
  offer: (options?: Omit<ConversationOptions, 'onState'>) => void;
}

/** A second connection of the same guest, with a field of its own. */
export function makeSecondTab(): SecondTab {
  const button = find('second-open', HTMLButtonElement);
  const tab = find('second', HTMLElement);
  const form = find('second-form', HTMLFormElement);
  const field = find('second-text', HTMLInputElement);
  const state = find('second-state', HTMLElement);
  let offered: Parameters<SecondTab['offer']>[0];
  let open: ReturnType<typeof openTyping> | undefined;

  function close(): void {
    open?.stop();
    open = undefined;
    field.value = '';
    tab.hidden = true;
    button.textContent = 'Open a second tab';
    button.setAttribute('aria-expanded', 'false');
  }
  function show(options: NonNullable<typeof offered>): void {
    tab.hidden = false;
    button.textContent = 'Close the second tab';
    button.setAttribute('aria-expanded', 'true');
    open = openTyping(
      {
        ...options,
        onState: (now) => {
          state.textContent =
            now.is === 'closed' ? now.why : now.is === 'open' ? 'on the relay' : 'connecting…';
        },
      },
      field,
    );
    void open.connection.connect(() => fetchTicket(options.guest.conversationId, false));
    field.focus();
  }

  button.addEventListener('click', () => {
    if (open !== undefined) close();
    else if (offered !== undefined) show(offered);
  });
  sendOnSubmit(form, field, find('guest-problem', HTMLElement), async (text) => {
    if (offered === undefined) return;
    const { guest, chats } = offered;
    open?.typing.sent();
    await sendMessage(guest.conversationId, 'guest', text);
    say(chats.guest, text);
  });
  return {
    offer(options) {
      close();
      offered = options;
      button.disabled = options === undefined;
    },
  };
}

function say(chat: Chat, text: string): void {
  chat.say({ from: 'guest', text, at: Date.now() });
}
