import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeSigner, type Signing, type Unsigned } from './signature.ts';

/** SHA-256 in the shape that AWS' own signer asks for. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
}

const bytesOf = (data: string | ArrayBuffer | ArrayBufferView): Uint8Array => {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
};

/** What the SDK's own signer makes of the same request. */
async function signedByAws(signing: Signing, request: Unsigned, at: Date): Promise<Record<string, string>> {
  const { service, region, accessKeyId, secretAccessKey, sessionToken } = signing;
  const signer = new SignatureV4({
    service,
    region,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    sha256: Sha256,
    applyChecksum: false,
  });
  const { host = '' } = request.headers;
  const whole = { ...request, protocol: 'https:', hostname: host, query: {} };
  return (await signer.sign(whole, { signingDate: at })).headers;
}

const visible = fc.string({
  unit: fc.constantFrom('a', 'X', '0', '9', '+', '/', '=', '_', '-', '.', '~'),
  minLength: 1,
  maxLength: 40,
});
const segment = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .map(encodeURIComponent)
  .filter((text) => text !== '.' && text !== '..');

const signings = fc.record({
  service: fc.constantFrom('dynamodb', 'sqs', 'secretsmanager', 'execute-api'),
  region: fc.constantFrom('eu-central-1', 'us-gov-west-1', 'cn-north-1'),
  accessKeyId: visible,
  secretAccessKey: visible,
  sessionToken: fc.oneof(visible, fc.constantFrom('', undefined)),
});

const requests = fc.record({
  method: fc.constantFrom('POST', 'DELETE'),
  path: fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.join('/')}`),
  headers: fc.record(
    { host: fc.constant('sqs.eu-central-1.amazonaws.com'), 'content-type': visible, 'x-amz-target': visible },
    { requiredKeys: ['host'] },
  ),
  body: fc.string({ unit: 'binary' }),
});

describe('a signature', () => {
  it("is the one that AWS' own signer makes: any request, path and time", async () => {
    const times = fc.date({ min: new Date('2026-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
    await fc.assert(
      fc.asyncProperty(signings, requests, times, async (signing, request, at) => {
        expect(makeSigner(signing)(request, at)).toEqual(await signedByAws(signing, request, at));
      }),
    );
  });

  it('is right on the next day as well, and after that on the one before', async () => {
    const signing = { service: 'sqs', region: 'eu-west-1', accessKeyId: 'AKID', secretAccessKey: 'secret' };
    const request = {
      method: 'POST',
      path: '/',
      headers: { host: 'sqs.eu-west-1.amazonaws.com' },
      body: '{}',
    };
    const sign = makeSigner(signing);
    for (const day of ['2026-12-31T23:59:59.999Z', '2027-01-01T00:00:00.000Z', '2026-12-31T12:00:00.000Z']) {
      const at = new Date(day);
      expect(sign(request, at)).toEqual(await signedByAws(signing, request, at));
    }
  });
});
