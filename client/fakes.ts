import type { TypingSender } from './sender.ts';
import type { SocketLike, TextFieldLike } from './shapes.ts';

/** Stand-ins for the page's objects, for the tests. */

export const ON = '{"type":"typing","data":{"isTyping":true}}';
export const OFF = '{"type":"typing","data":{"isTyping":false}}';

/** A socket that keeps what was sent over it. */
export class FakeSocket extends EventTarget implements SocketLike {
  readyState = 1;
  readonly sent: string[] = [];
  /** How many listeners are on it. */
  listeners = 0;

  send(data: string): void {
    if (this.readyState === 0) throw new Error('InvalidStateError');
    // A browser drops what is sent over a socket that closes.
    if (this.readyState === 1) this.sent.push(data);
  }
  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }
  close(): void {
    this.readyState = 3;
    this.dispatchEvent(new Event('close'));
  }
  receive(data: unknown): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }
  override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
    this.listeners += 1;
    super.addEventListener(...args);
  }
  override removeEventListener(...args: Parameters<EventTarget['removeEventListener']>): void {
    this.listeners -= 1;
    super.removeEventListener(...args);
  }
}

/** A text field that a guest writes in. */
export class FakeField extends EventTarget implements TextFieldLike {
  value = '';

  type(text: string): void {
    this.value = text;
    this.dispatchEvent(new Event('input'));
  }
  blur(): void {
    this.dispatchEvent(new Event('blur'));
  }
}

interface Drafted {
  typing: TypingSender;
  field: FakeField;
  page: EventTarget;
}

type Ending = readonly [when: string, end: (drafted: Drafted) => void];

/** What ends a draft, beside time. */
export const ENDS: readonly Ending[] = [
  [
    'the message was sent',
    (drafted: Drafted): void => {
      drafted.typing.sent();
    },
  ],
  [
    'the field is left',
    (drafted: Drafted): void => {
      drafted.field.blur();
    },
  ],
  [
    'the field is cleared',
    (drafted: Drafted): void => {
      drafted.field.type('');
    },
  ],
  [
    'the page goes',
    (drafted: Drafted): void => {
      drafted.page.dispatchEvent(new Event('pagehide'));
    },
  ],
];
