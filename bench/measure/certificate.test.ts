import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeCertificate } from './certificate.ts';

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'typing-relay-certificate-'));
  onTestFinished(() => rm(made, { recursive: true }));
  return made;
}

it('a certificate is for this machine', async () => {
  const { cert } = await makeCertificate(await folder());
  expect(new X509Certificate(cert).checkIP('127.0.0.1')).toBe('127.0.0.1');
});

it('where openssl is missing it is said what to install', async () => {
  await expect(makeCertificate(await folder(), 'no-such-openssl')).rejects.toThrow(/install OpenSSL/);
});
