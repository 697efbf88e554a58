/** A last guard in front of every output: whatever found its way into a text, these do not leave. */
export interface Secrets {
  keep: (text: string | undefined) => void;
  /** The text without any of them. */
  hide: (text: string) => string;
}

/** What is shorter is found by chance in any text, and is nobody's secret. */
const SHORTEST = 6;

export function makeSecrets(): Secrets {
  const kept = new Set<string>();
  return {
    keep(text = '') {
      for (const form of [text, encodeURIComponent(text)]) if (form.length >= SHORTEST) kept.add(form);
    },
    hide(text) {
      // The longest first: one may begin with another.
      const longestFirst = [...kept].toSorted((one, other) => other.length - one.length);
      return longestFirst.reduce((safe, secret) => safe.replaceAll(secret, '[hidden]'), text);
    },
  };
}
