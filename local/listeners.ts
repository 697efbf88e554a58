/** Calls the listener from now on; answers the function that stops it. */
export type Subscribe<T> = (listener: (event: T) => void) => () => void;

export interface Listeners<T> {
  readonly emit: (event: T) => void;
  readonly on: Subscribe<T>;
}

/** Tells events to whoever listens: in the order in which they came, at once. */
export function makeListeners<T>(): Listeners<T> {
  const listeners = new Set<(event: T) => void>();
  return {
    emit: (event) => {
      for (const listener of listeners) listener(event);
    },
    on: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
