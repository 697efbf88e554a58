import type { PageLike, SocketLike, TextFieldLike } from '../../client/shapes.ts';

/** The page's own objects, as light as forty million keys ask for: one listener list each, no event objects made. */

const EVENT = {};

type Listener = (event: object) => void;

/** Tells its listeners; those of one name in their order. */
function makeListeners() {
  const all: { name: string; listener: Listener }[] = [];
  return {
    add(name: string, listener: Listener): void {
      all.push({ name, listener });
    },
    remove(name: string, listener: Listener): void {
      const index = all.findIndex((one) => one.name === name && one.listener === listener);
      if (index >= 0) all.splice(index, 1);
    },
    tell(name: string): void {
      for (const one of [...all]) if (one.name === name) one.listener(EVENT);
    },
  };
}

export class Field implements TextFieldLike {
  value = '';
  readonly #keys: Listener[] = [];

  addEventListener(name: 'input' | 'blur', listener: Listener): void {
    if (name === 'input') this.#keys.push(listener);
  }
  removeEventListener(_: 'input' | 'blur', listener: Listener): void {
    const index = this.#keys.indexOf(listener);
    if (index >= 0) this.#keys.splice(index, 1);
  }
  /** One key that writes. What is written stays the same: the client looks only whether there is something. */
  press(): void {
    this.value = 'x';
    for (const listener of this.#keys) listener(EVENT);
  }
}

export class Socket implements SocketLike {
  readyState = 1;
  readonly connectionId: string;
  readonly #out: (data: string, connectionId: string) => void;
  readonly #listeners = makeListeners();

  constructor(connectionId: string, out: (data: string, connectionId: string) => void) {
    this.connectionId = connectionId;
    this.#out = out;
  }
  send(data: string): void {
    if (this.readyState === 1) this.#out(data, this.connectionId);
  }
  close(): void {
    this.readyState = 3;
    this.#listeners.tell('close');
  }
  addEventListener(name: string, listener: Listener): void {
    this.#listeners.add(name, listener);
  }
  removeEventListener(name: string, listener: Listener): void {
    this.#listeners.remove(name, listener);
  }
}

/** A page on which nothing happens. */
export const PAGE: PageLike = { addEventListener: () => undefined, removeEventListener: () => undefined };
