/**
 * The two official AWS WebSocket samples that are known best, as far as their manifests say: what is installed is the
 * dependencies that they declare, at what those ranges resolve to now. Nothing of their code is here.
 */
export interface Sample {
  name: 'simple-websockets-chat-app' | 'websocket-chat-application';
  /** https://github.com/aws-samples/... */
  url: string;
  /** One for each package.json that has to be installed before it can be deployed. */
  manifests: readonly Manifest[];
  /** What its package.json and README have for each, in words for the table. */
  test: string;
  localStart: string;
  synth: string;
}

export interface Manifest {
  dependencies?: Readonly<Record<string, string>>;
  devDependencies?: Readonly<Record<string, string>>;
}

/** A SAM template and three functions, each with the same manifest (commit ca067e3). */
const AWS_SDK: Manifest = { devDependencies: { 'aws-sdk': '^2.739.0' } };

export const SAMPLES: readonly Sample[] = [
  {
    name: 'simple-websockets-chat-app',
    url: 'https://github.com/aws-samples/simple-websockets-chat-app',
    manifests: [AWS_SDK, AWS_SDK, AWS_SDK],
    test: 'none: no script',
    localStart: 'none: it is deployed first',
    synth: 'none: a SAM template, written by hand',
  },
  {
    name: 'websocket-chat-application',
    url: 'https://github.com/aws-samples/websocket-chat-application',
    manifests: [
      // infrastructure-ts/package.json, commit 0887726
      {
        dependencies: {
          'aws-cdk-lib': '^2.186.0',
          'cdk-nag': '^2.27.221',
          constructs: '^10.3.0',
          'source-map-support': '^0.5.21',
        },
        devDependencies: {
          '@types/jest': '^29.5.11',
          '@types/node': '20.10.5',
          'aws-cdk': '2.115.0',
          esbuild: '^0.19.10',
          jest: '^29.7.0',
          'ts-jest': '^29.1.1',
          'ts-node': '^10.9.2',
          typescript: '~5.3.3',
        },
      },
      // infrastructure-ts/resources/package.json, commit 05494c8
      {
        dependencies: {
          '@aws-lambda-powertools/commons': '^0.7.0',
          '@aws-lambda-powertools/logger': '^0.7.0',
          '@aws-lambda-powertools/metrics': '^0.7.0',
          '@aws-lambda-powertools/tracer': '^0.7.0',
          '@types/aws-lambda': '^8.10.92',
          '@types/jsonwebtoken': '^8.5.8',
          '@types/node': '^17.0.13',
          '@typescript-eslint/eslint-plugin': '^5.10.2',
          '@typescript-eslint/parser': '^5.10.2',
          'aws-jwt-verify': '^2.1.3',
          'aws-sdk': '^2.1416.0',
          'aws-xray-sdk': '^3.3.4',
          esbuild: '^0.25.0',
          'esbuild-jest': '^0.5.0',
          eslint: '^8.8.0',
          'eslint-config-prettier': '^8.3.0',
          'eslint-plugin-prettier': '^4.0.0',
          jest: '^27.5.0',
          prettier: '^2.5.1',
          'ts-node': '^10.4.0',
          typescript: '^4.5.5',
          uuid: '^8.3.2',
        },
        devDependencies: { '@types/jest': '^27.4.1', '@types/uuid': '^8.3.4' },
      },
    ],
    test: 'jest, for some of the functions; not run here, as its code is not here',
    localStart: 'none: it is deployed first',
    synth: 'the CDK',
  },
];
