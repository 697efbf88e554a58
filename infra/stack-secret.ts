import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';

// The SDK reads it when a client is made: on Node 20 it would write a notice of eight lines into a command's answer.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

const ADVICE = 'Set AWS_REGION and credentials as for the AWS CLI';

/** The commands that are asked; a test hands in its own. */
export interface StackClients {
  cloudFormation: Pick<CloudFormationClient, 'send'>;
  secretsManager: Pick<SecretsManagerClient, 'send'>;
}

/**
 * The value of a secret that a deployed stack names among its outputs, with the credentials and the region of the
 * AWS CLI.
 * @throws Error that says what is missing: the stack, its output, or the right to read the secret
 */
export async function readStackSecret(
  stackName: string,
  output: string,
  clients?: StackClients,
): Promise<string> {
  return readSecret(
    await findStackSecret(stackName, output, clients?.cloudFormation),
    clients?.secretsManager,
  );
}

/**
 * The name of a secret that a deployed stack names among its outputs.
 * @throws Error that says what is missing: the stack, or its output
 */
export async function findStackSecret(
  stackName: string,
  output: string,
  cloudFormation: StackClients['cloudFormation'] = new CloudFormationClient({}),
): Promise<string> {
  const { Stacks } = await cloudFormation
    .send(new DescribeStacksCommand({ StackName: stackName }))
    .catch(explained(`Cannot look up the stack ${stackName}. ${ADVICE}`));
  const found = Stacks?.[0]?.Outputs?.find(({ OutputKey }) => OutputKey === output)?.OutputValue;
  if (found === undefined)
    throw new Error(`The stack ${stackName} has no output ${output}; deploy it again.`);
  return found;
}

/**
 * The value of a secret, with the credentials and the region of the AWS CLI.
 * @param id its name or ARN
 * @throws Error that says what is missing: the secret, or the right to read it
 */
export async function readSecret(
  id: string,
  secretsManager: StackClients['secretsManager'] = new SecretsManagerClient({}),
): Promise<string> {
  const { SecretString } = await secretsManager
    .send(new GetSecretValueCommand({ SecretId: id }))
    .catch(explained(`Cannot read the secret ${id}. ${ADVICE}, with secretsmanager:GetSecretValue on it`));
  if (SecretString === undefined) throw new Error(`The secret ${id} holds no text.`);
  return SecretString;
}

/**
 * Makes this the current value of a secret.
 * @param id its name or ARN
 * @throws Error that says what is missing: the secret, or the right to write it; never with the value
 */
export async function writeSecret(
  id: string,
  SecretString: string,
  secretsManager: StackClients['secretsManager'] = new SecretsManagerClient({}),
): Promise<void> {
  await secretsManager
    .send(new PutSecretValueCommand({ SecretId: id, SecretString }))
    .catch(explained(`Cannot write the secret ${id}. ${ADVICE}, with secretsmanager:PutSecretValue on it`));
}

const explained = (advice: string) => (cause: unknown) => {
  throw new Error(`${advice}. (${cause instanceof Error ? cause.message : 'unknown'})`, { cause });
};
