import { fileURLToPath } from 'node:url';
import { AssetHashType, DockerImage } from 'aws-cdk-lib/core';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { type BuildOptions, buildSync } from 'esbuild';

const FUNCTIONS = fileURLToPath(new URL('../functions/', import.meta.url));

/** How a handler becomes a bundle: one ES module, so that it may wait in INIT, with nothing left outside. */
export function bundleOptions(handler: string, outdir: string): BuildOptions {
  return {
    entryPoints: { index: `${FUNCTIONS}${handler}.ts` },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    legalComments: 'none',
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    // CommonJS packages ask for Node's modules by require, which an ES module lacks.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    logLevel: 'warning',
  };
}

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
          buildSync(bundleOptions(handler, outdir));
          return true;
        },
      },
    },
  });
}
