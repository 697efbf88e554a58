import { REFUSAL_WAIT_MS } from '../../functions/relay/constants.ts';
import type { Section } from '../measure/part.ts';
import { digits } from '../measure/words.ts';
import { wordsOf } from './choice.ts';
import { measuredMemory } from './cost.ts';
import type { HandlersFigures } from './figures.ts';
import { goalsOf } from './goals.ts';
import { STEP_MS } from './events.ts';
import { memoryText } from './memory-text.ts';
import { PERIOD_US, quotaOf } from './cpu-share.ts';
import { picturesOf } from './pictures.ts';
import { firstTable, initTable, loadTable, warmTable } from './tables.ts';

function intro({ choice }: HandlersFigures): string {
  const { warm, messages, loading } = choice;
  const other = messages.client === 'fetch' ? 'axios' : 'fetch';
  return `The function that handles typing messages, as it is deployed, beside [the same function](../bench/peers/usual-stack/) as we would write it with what most teams use: the AWS SDK's clients (DynamoDB with its document client, SQS, Secrets Manager), middy, zod, jose, ws, and Powertools' logger and metrics, with clients built as the module is loaded, keys and token kept and connections kept alive. It is written by us for this comparison, opens the same session, makes the same checks and the same conditional write, sends the same upstream, and answers the same; only what it needs it gets with its first message, as is usual, and its metrics are a line for each message, as Powertools has them, where the relay gathers for ten seconds. It is held against the relay in the variant that does best: for messages with ${wordsOf(messages)} (${digits(warm[messages.client].median)} ms of processor time a message; ${other} ${digits(warm[other].median)}), for loading with ${wordsOf(loading)}.

Each side runs in processes of Lambda's Node.js, with the environment that the stack sets, against local AWS endpoints and a simulated org behind TLS, in a process of their own. After each round both must have made the same calls to the table with the same outcome in it, put the same messages into the queue, said the same to Genesys in the same order, and returned the same; or nothing is measured.
`;
}

const warmText = (figures: HandlersFigures): string => `### A warm message

Processor time of all threads of the environment's process. A held upstream (\`participant-state\`, \`typing-frame\`) has more to do than an expiring one: an "on" is put into the queue and looked at again, an "off" is settled. Nobody waits between two messages, but the clock that the handler reads goes on by ${STEP_MS / 1_000} s before each of a guest's frames, on both sides: a kept socket is pinged as it is after that time, secrets grow old, and metrics that are gathered are written. Beside it stand frames on the socket with less between them.

${warmTable(figures)}
![Processor time of a typing message, by the way that it goes](performance/handlers-warm.svg)

For whoever runs a contact centre: at 128 MB Lambda hands out ${digits(quotaOf(128) / 1_000)} ms of processor time in each ${PERIOD_US / 1_000} ms, so what takes more has to wait for the next ${PERIOD_US / 1_000}. The milliseconds hardly show on the bill, where messages count.
`;

const loadText = (figures: HandlersFigures): string => `### Loading

Imported by an empty process, up to where its INIT would begin: all code is loaded and no client is built, on either side. What is loaded by the time that messages of every upstream were handled counts as on the path. Both sides are bundled whole: a bundle that leaves the SDK to Lambda's runtime is smaller, and loads the same code from there.

${loadTable(figures)}
What this costs is paid by the guest whose message meets no free environment.
`;

const firstText = (figures: HandlersFigures): string => `### The first message of an environment

Lambda gives INIT a whole processor whatever the memory, and the message that follows only its share. So the relay gets its keys, its token and its connections in INIT; the usual stack gets them with the first message. With a whole processor, INIT and then the first message (\`web-messaging\` without the ${REFUSAL_WAIT_MS} ms for which both listen for a refusal):

${initTable(figures.first)}
${firstTable(figures.first)}
`;

const skippedText = (why: string): string => `### How much memory

Skipped: this machine lets nobody emulate Lambda's share of a processor (${why}).
`;

/** This part's place in docs/performance.md. */
export function section(figures: HandlersFigures): Section {
  const { memory } = figures;
  const measured = measuredMemory(figures);
  const pictures = picturesOf(figures);
  const last = measured
    ? memoryText(measured, figures.memoryMb, 'handlers-first' in pictures)
    : skippedText('skipped' in memory ? memory.skipped : '');
  const text = [intro, warmText, loadText, firstText].map((part) => part(figures)).join('\n');
  return { text: `${text}\n${last}`, goals: goalsOf(figures), pictures };
}
