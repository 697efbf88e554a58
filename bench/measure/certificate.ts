import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Certificate {
  key: string;
  cert: string;
  /** For `NODE_EXTRA_CA_CERTS`: the certificate is its own authority. */
  file: string;
}

/** Node.js makes keys, but no certificates. */
const MISSING =
  'The openssl command makes the certificate of the far side, and it is missing: install OpenSSL 1.1.1 or later ' +
  '(Debian and Ubuntu: apt-get install openssl; macOS: brew install openssl).';

/**
 * Makes a certificate for 127.0.0.1 that is good for two days.
 * @param folder where key and certificate are written
 * @throws Error that says what to install
 */
export async function makeCertificate(folder: string, command = 'openssl'): Promise<Certificate> {
  const [keyFile, file] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  try {
    await promisify(execFile)(command, ['req', '-x509', ...key, '-out', file, '-days', '2', ...names]);
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw isMissing ? new Error(MISSING, { cause }) : cause;
  }
  const [keyText, cert] = await Promise.all([readFile(keyFile, 'utf8'), readFile(file, 'utf8')]);
  return { key: keyText, cert, file };
}
