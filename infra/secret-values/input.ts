import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { tryJson } from '../../functions/ports/http.ts';
import { type OAuthClient, oauthClient } from '../../functions/ports/login.ts';
import { UsageError } from '../command.ts';

/** Where the command's input comes from, and where it asks: what is asked for stays out of its output. */
export interface Console {
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  ask: (text: string) => void;
}

/**
 * The OAuth client: asked for on a terminal, which shows nothing of what is typed; or JSON from a pipe.
 * @throws UsageError that says what is missing; never with anything that was given
 */
export async function readOAuthClient(console: Console): Promise<OAuthClient> {
  const given =
    console.input.isTTY === true
      ? await askAll(console, { clientId: 'Client ID', clientSecret: 'Client secret' })
      : tryJson(await text(console.input));
  const client = oauthClient.safeParse(given);
  if (client.success) return client.data;
  throw new UsageError(
    'Nothing was written: {"clientId":"…","clientSecret":"…"} is needed, neither of them empty.',
  );
}

/** @param fields what to ask for, by the field that it fills */
async function askAll(
  { input, ask }: Console,
  fields: Record<string, string>,
): Promise<Record<string, string>> {
  // A terminal's line editor echoes to its output: this one has none.
  const output = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const lines = createInterface({ input, output, terminal: true });
  // Keeps what is pasted faster than it is asked for.
  const typed = lines[Symbol.asyncIterator]();
  const answers: Record<string, string> = {};
  try {
    for (const [field, name] of Object.entries(fields)) {
      ask(`${name} (not shown): `);
      const line: IteratorResult<string, unknown> = await typed.next();
      ask('\n');
      // Ctrl-C, Ctrl-D, or the end of a pipe.
      if (line.done === true) throw new UsageError('Nothing was written: the input ended.');
      answers[field] = line.value.trim();
    }
  } finally {
    lines.close();
  }
  return answers;
}
