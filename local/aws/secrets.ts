import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Secret } from '../template/model.ts';
import { withoutHash } from '../template/model.ts';
import { makeSecretString } from './passwords.ts';

/** An answer of an AWS JSON service. */
export interface ServiceAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Secrets {
  /** Answers `GetSecretValue`, `PutSecretValue` or `DescribeSecret`; undefined for another operation. */
  readonly handle: (operation: string, input: unknown) => ServiceAnswer | undefined;
  /** The current value, by ARN, name or logical id (CDK's hash may be left out). Throws when there is none. */
  readonly value: (id: string) => string;
}

interface Version {
  readonly id: string;
  readonly value: string;
}

interface Kept {
  readonly secret: Secret;
  readonly createdAt: number;
  current: Version | undefined;
  previous: Version | undefined;
}

const Input = z.object({
  SecretId: z.string(),
  SecretString: z.string().optional(),
  VersionId: z.string().optional(),
  VersionStage: z.string().optional(),
  ClientRequestToken: z.string().optional(),
});
type Input = z.infer<typeof Input>;

/**
 * Keeps the template's secrets in memory. Values are made by the template's rules; `overrides` sets some, by
 * name or logical id. Throws when an override fits no secret, or several.
 */
export function makeSecrets(
  secrets: readonly Secret[],
  overrides: Readonly<Record<string, string>>,
  now: () => number,
): Secrets {
  const all = secrets.map((secret): Kept => {
    const value = secret.generate === undefined ? secret.value : makeSecretString(secret.generate);
    const current = value === undefined ? undefined : { id: randomUUID(), value };
    return { secret, createdAt: now() / 1000, current, previous: undefined };
  });
  for (const [id, value] of Object.entries(overrides))
    byLooseId(all, id).current = { id: randomUUID(), value };
  const operations: Readonly<Record<string, (kept: Kept, input: Input) => ServiceAnswer>> = {
    GetSecretValue: get,
    PutSecretValue: put,
    DescribeSecret: describe,
  };
  return {
    handle: (name, data) => {
      const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
      if (operation === undefined) return undefined;
      const input = Input.safeParse(data).data;
      if (input === undefined) return failure('InvalidParameterException', 'The parameters are not valid.');
      const kept = all.find(({ secret }) => secret.arn === input.SecretId || secret.name === input.SecretId);
      return kept === undefined ? missing('secret.') : operation(kept, input);
    },
    value: (id) => {
      const value = byLooseId(all, id).current?.value;
      if (value === undefined) throw new Error(`The secret ${id} has no value`);
      return value;
    },
  };
}

function get({ secret, createdAt, current, previous }: Kept, input: Input): ServiceAnswer {
  const stage = input.VersionStage ?? 'AWSCURRENT';
  const staged = stage === 'AWSCURRENT' ? current : stage === 'AWSPREVIOUS' ? previous : undefined;
  const version =
    input.VersionId === undefined ? staged : [current, previous].find((one) => one?.id === input.VersionId);
  if (version === undefined) return missing(`secret value for staging label: ${stage}`);
  return success({
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    SecretString: version.value,
    VersionStages: [version === current ? 'AWSCURRENT' : 'AWSPREVIOUS'],
    CreatedDate: createdAt,
  });
}

function put(kept: Kept, input: Input): ServiceAnswer {
  if (input.SecretString === undefined)
    return failure('InvalidParameterException', 'A SecretString is needed here.');
  kept.previous = kept.current;
  kept.current = { id: input.ClientRequestToken ?? randomUUID(), value: input.SecretString };
  const { arn, name } = kept.secret;
  return success({ ARN: arn, Name: name, VersionId: kept.current.id, VersionStages: ['AWSCURRENT'] });
}

function describe({ secret, createdAt, current, previous }: Kept): ServiceAnswer {
  const stages = {
    ...(current === undefined ? {} : { [current.id]: ['AWSCURRENT'] }),
    ...(previous === undefined ? {} : { [previous.id]: ['AWSPREVIOUS'] }),
  };
  return success({ ARN: secret.arn, Name: secret.name, CreatedDate: createdAt, VersionIdsToStages: stages });
}

function success(body: ServiceAnswer['body']): ServiceAnswer {
  return { status: 200, body };
}

function missing(what: string): ServiceAnswer {
  return failure('ResourceNotFoundException', `Secrets Manager can't find the specified ${what}`);
}

function failure(type: string, message: string): ServiceAnswer {
  return { status: 400, body: { __type: type, Message: message } };
}

/** An exact name first, then the beginning of a logical id; it has to fit one secret. */
function byLooseId(all: readonly Kept[], id: string): Kept {
  const exact = all.filter(({ secret: { arn, name, logicalId } }) =>
    [arn, name, logicalId, withoutHash(logicalId)].includes(id),
  );
  const found = exact.length > 0 ? exact : all.filter(({ secret }) => secret.logicalId.startsWith(id));
  const [first, ...others] = found;
  if (first !== undefined && others.length === 0) return first;
  throw new Error(`${id} fits ${found.length} of the template's secrets, and one is needed`);
}
