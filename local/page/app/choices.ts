import { find } from './dom.ts';
import { type Fault, fault, hintOf } from './faults.ts';
import { UPSTREAMS } from './upstreams.ts';
import { type UpstreamKind, upstreamKind } from './wire.ts';

/** What the reader has chosen. */
export interface Choices {
  kind: () => UpstreamKind;
  fault: () => Fault;
  /** Chooses a fault in the reader's place. */
  setFault: (value: Fault) => void;
  onKind: (listener: () => void) => void;
  onFault: (listener: () => void) => void;
}

export function makeChoices(): Choices {
  const kinds = find('kind-form', HTMLFormElement);
  const faults = find('fault-form', HTMLFormElement);
  const kind = (): UpstreamKind => upstreamKind.parse(new FormData(kinds).get('kind'));
  const chosenFault = (): Fault => fault.parse(new FormData(faults).get('fault'));

  function explain(): void {
    find('kind-hint', HTMLElement).textContent = UPSTREAMS[kind()].hint;
    find('fault-hint', HTMLElement).textContent = hintOf(chosenFault(), kind());
  }
  const on = (form: HTMLFormElement) => (listener: () => void) => {
    form.addEventListener('change', () => {
      explain();
      listener();
    });
  };
  explain();
  return {
    kind,
    fault: chosenFault,
    setFault(value) {
      find(`fault-${value}`, HTMLInputElement).checked = true;
      explain();
    },
    onKind: on(kinds),
    onFault: on(faults),
  };
}
