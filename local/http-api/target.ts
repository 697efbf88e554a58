/** A request target as API Gateway hands it on. */
export interface Target {
  /** Decoded. */
  readonly path: string;
  /** As it came, without its question mark. */
  readonly rawQueryString: string;
}

/**
 * Takes a request target apart; undefined for one that API Gateway refuses with 400.
 * AWS says only that parameters are decoded. That the path is decoded twice, and ends at a question mark that the
 * first time brings to light, is what live HTTP APIs do:
 * github.com/hotsock/voker/blob/main/vokerhttp/testdata/ingress-paths.json
 */
export function readTarget(url: string): Target | undefined {
  const [raw, rawQueryString] = split(url);
  const [once] = split(decode(raw) ?? '');
  const path = decode(once);
  // A whole URL, or the asterisk of OPTIONS, is no path.
  return path?.startsWith('/') === true ? { path, rawQueryString } : undefined;
}

function split(text: string): [string, string] {
  const mark = text.indexOf('?');
  return mark === -1 ? [text, ''] : [text.slice(0, mark), text.slice(mark + 1)];
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
