/** The agent's typing is said again this often while keys come; a bubble shows for five seconds. */
const AGAIN_MS = 3_000;

/**
 * Follows the desk's field as an agent's own desktop does, and tells the org that the agent types.
 * @returns what ends it
 */
export function makeAgentTyper(field: HTMLInputElement, tell: () => void): () => void {
  let toldAt = -Infinity;
  const onInput = (): void => {
    if (field.value.trim() === '') {
      toldAt = -Infinity;
      return;
    }
    if (performance.now() - toldAt < AGAIN_MS) return;
    toldAt = performance.now();
    tell();
  };
  const onSubmit = (): void => {
    toldAt = -Infinity;
  };
  field.addEventListener('input', onInput);
  field.form?.addEventListener('submit', onSubmit);
  return () => {
    field.removeEventListener('input', onInput);
    field.form?.removeEventListener('submit', onSubmit);
  };
}
