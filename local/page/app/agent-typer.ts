/** The agent's typing is said again this often while keys come; a bubble shows for five seconds. */
const AGAIN_MS = 3_000;

/** The relay pushes nothing of typing that was told longer ago: it is outdated by then. */
const SHOWN_MS = 5_000;

/** The desk's text field, as far as this goes. */
export interface DeskField extends EventTarget {
  readonly value: string;
  readonly form: EventTarget | null;
}

export interface AgentTyper {
  /** Whether what arrives of the agent's typing is from before the message that it ended with. */
  isOver: () => boolean;
  stop: () => void;
}

/** Follows the desk's field as an agent's own desktop does, and tells the org that the agent types. */
export function makeAgentTyper(field: DeskField, tell: () => void): AgentTyper {
  let toldAt = -Infinity;
  let sentAt = -Infinity;
  const onInput = (): void => {
    if (field.value.trim() === '') {
      toldAt = -Infinity;
      return;
    }
    if (performance.now() - toldAt < AGAIN_MS) return;
    toldAt = performance.now();
    sentAt = -Infinity;
    tell();
  };
  const onSubmit = (): void => {
    toldAt = -Infinity;
    sentAt = performance.now();
  };
  field.addEventListener('input', onInput);
  field.form?.addEventListener('submit', onSubmit);
  return {
    isOver: () => performance.now() - sentAt < SHOWN_MS,
    stop() {
      field.removeEventListener('input', onInput);
      field.form?.removeEventListener('submit', onSubmit);
    },
  };
}
