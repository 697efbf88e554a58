import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Reply, serve } from '../test/http-server.ts';
import { ROOT } from './bundle.ts';

interface Answer {
  status: number;
  out: string;
  err: string;
}

/** Runs `.ci/audit` over this project's own lock file, with settings of npm's over those of the machine. */
function audit(settings: Record<string, string>): Promise<Answer> {
  const cache = mkdtempSync(join(tmpdir(), 'typing-relay-audit-'));
  onTestFinished(() => {
    rmSync(cache, { recursive: true, force: true });
  });
  const env = { ...process.env, npm_config_cache: cache, npm_config_fetch_retries: '0', ...settings };
  return new Promise((resolve) => {
    const child = execFile('.ci/audit', { cwd: ROOT, env }, (_, out, err) => {
      resolve({ status: child.exitCode ?? -1, out, err });
    });
  });
}

/** A registry that answers every call of the audit with this, and knows no package. */
async function auditAt(advisories: Reply, settings: Record<string, string> = {}): Promise<Answer> {
  const { url } = await serve(({ method }) => (method === 'POST' ? advisories : { status: 404 }));
  return audit({ npm_config_registry: url, ...settings });
}

/** As the registry answers /-/npm/v1/security/advisories/bulk: by package, what is known of it. */
const known = (name: string, severity: string): Reply => ({
  status: 200,
  body: JSON.stringify({
    [name]: [{ id: 1, url: 'https://example.com/1', title: 'a hole', severity, vulnerable_versions: '*' }],
  }),
});

describe('.ci/audit', () => {
  it('passes where the registry knows of nothing', async () => {
    const { status, out } = await auditAt({ status: 200, body: '{}' });
    expect({ status, out }).toEqual({
      status: 0,
      out:
        'npm audit: no known vulnerability of high severity in what is deployed.\n' +
        'npm audit: no known vulnerability of critical severity in all that is installed.\n',
    });
  });

  it.each([
    ['of high severity in what is deployed', 'ws', 'high', 1],
    ['of critical severity in a tool', 'esbuild', 'critical', 1],
    ['of high severity in a tool', 'esbuild', 'high', 0],
    ['of moderate severity in what is deployed', 'ws', 'moderate', 0],
  ])('with a vulnerability %s (%s, %s) exits with %d', async (_, name, severity, status) => {
    const answer = await auditAt(known(name, severity));
    expect(answer.status).toBe(status);
    if (status === 1) expect(answer.out).toContain('a hole');
  });

  it.each<[string, Reply]>([
    ['does not offer it', { status: 405 }],
    ['fails', { status: 500 }],
    ['answers with something else', { status: 200, body: '<html>Sign in</html>' }],
  ])('where the registry %s says so in the words of npm, and claims nothing', async (_, reply) => {
    const { status, out, err } = await auditAt(reply);
    expect({ status, out }).toEqual({ status: 0, out: '' });
    expect(err).toContain('npm audit: NOT DONE (of high severity in what is deployed)');
    expect(err).toMatch(/^npm (warn|error) audit /m);
  });

  it('does not take an npm that is offline for one that found nothing', async () => {
    const { out, err } = await auditAt({ status: 405 }, { npm_config_offline: 'true' });
    expect(out).toBe('');
    expect(err).toContain('NOT DONE');
  });

  it('audits the tools also where the machine leaves them out', async () => {
    const { status } = await auditAt(known('esbuild', 'critical'), { NODE_ENV: 'production' });
    expect(status).toBe(1);
  });
});
