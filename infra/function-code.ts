import { fileURLToPath } from 'node:url';
import { AssetHashType, DockerImage } from 'aws-cdk-lib/core';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';
import { bundleOptions, entryOf } from './bundle.ts';

const FUNCTIONS = fileURLToPath(new URL('../functions/', import.meta.url));

/**
 * The code of a function, bundled in this process: CDK's NodejsFunction starts npx for each function, which takes
 * longer than all the rest of a synth.
 */
export function functionCode(handler: string): Code {
  return Code.fromAsset(FUNCTIONS, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Never pulled: tryBundle below always does the work.
      image: DockerImage.fromRegistry('none'),
      // Tells one handler's bundle from another's in CDK's cache, which knows the folder only.
      environment: { HANDLER: handler },
      local: {
        tryBundle(outdir) {
          buildSync(bundleOptions({ index: entryOf(handler) }, outdir));
          return true;
        },
      },
    },
  });
}
