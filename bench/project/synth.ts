import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { synthesise } from '../../local/synth.ts';
import { seconds } from './run.ts';

const Template = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string() })).default({}),
});

/** How many resources of each type an assembly's templates declare. */
export type Resources = ReadonlyMap<string, number>;

export interface Synth {
  seconds: number;
  resources: Resources;
}

/** Counts what the templates in a folder declare. @throws Error when there is none */
export async function resourcesOf(folder: string): Promise<Resources> {
  const found = new Map<string, number>();
  const templates = (await readdir(folder)).filter((name) => name.endsWith('.template.json'));
  if (templates.length === 0) throw new Error('the synth made no template');
  for (const name of templates) {
    const { Resources } = Template.parse(JSON.parse(await readFile(join(folder, name), 'utf8')));
    for (const { Type } of Object.values(Resources)) found.set(Type, (found.get(Type) ?? 0) + 1);
  }
  return found;
}

/** @throws Error when fewer of a type are declared than that */
export function mustDeclare(resources: Resources, wanted: Readonly<Record<string, number>>): void {
  for (const [type, least] of Object.entries(wanted)) {
    const count = resources.get(type) ?? 0;
    if (count < least) throw new Error(`the template declares ${count} of ${type}, and not ${least}`);
  }
}

async function inFolder(run: (outdir: string) => Promise<number>): Promise<Synth> {
  const outdir = await mkdtemp(join(tmpdir(), 'typing-relay-synth-'));
  try {
    return { seconds: await run(outdir), resources: await resourcesOf(outdir) };
  } finally {
    await rm(outdir, { recursive: true, force: true });
  }
}

/** What a relay cannot be without. */
const OURS = {
  'AWS::ApiGatewayV2::Api': 2,
  'AWS::ApiGatewayV2::Authorizer': 1,
  'AWS::DynamoDB::Table': 1,
  'AWS::Lambda::Function': 6,
  'AWS::SQS::Queue': 1,
};

/** Runs this project's CDK app, its functions bundled and its template checked. @throws Error when it makes none */
export async function ourSynth(signal: AbortSignal): Promise<Synth> {
  const synth = await inFolder(async (outdir) => {
    const began = performance.now();
    await synthesise(outdir, {}, signal);
    return (performance.now() - began) / 1_000;
  });
  mustDeclare(synth.resources, OURS);
  return synth;
}

const SAMPLE_APP = 'sample-app.mjs';

/** What websocket-chat-application's stacks declare, by its README and its stacks' names. */
const SAMPLE = {
  'AWS::ApiGatewayV2::Api': 1,
  'AWS::ApiGatewayV2::Authorizer': 1,
  'AWS::ApiGatewayV2::Route': 3,
  'AWS::ApiGateway::RestApi': 1,
  'AWS::Lambda::Function': 12,
  'AWS::DynamoDB::Table': 3,
  'AWS::SQS::Queue': 1,
  'AWS::Cognito::UserPool': 1,
  'AWS::CloudFront::Distribution': 1,
  'AWS::CloudWatch::Dashboard': 1,
};

/** Runs a CDK app of the sample's resources, written anew, with the sample's packages that a folder has. */
export async function sampleSynth(folder: string, signal: AbortSignal): Promise<Synth> {
  await copyFile(fileURLToPath(new URL(SAMPLE_APP, import.meta.url)), join(folder, SAMPLE_APP));
  const synth = await inFolder((outdir) =>
    seconds(process.execPath, [SAMPLE_APP], { cwd: folder, env: { CDK_OUTDIR: outdir }, signal }),
  );
  mustDeclare(synth.resources, SAMPLE);
  return synth;
}
