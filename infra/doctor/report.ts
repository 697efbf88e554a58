import type { Report } from './examination.ts';
import type { Target } from './target.ts';

/** Raised when a field changes its meaning or goes; new fields do not raise it. */
const VERSION = 1;

/** The report for machines, as docs/troubleshooting.md has it. @param hide takes secrets out of every text */
export function jsonOf(target: Target, report: Report, hide: (text: string) => string): string {
  const { domain, region, originUrl = null } = target;
  const { findings, upstreams, recommended } = report;
  const checks = findings.map(({ check, state, says, reason = null, correlationId = null, facts = {} }) => ({
    check,
    state,
    says,
    reason,
    correlationId,
    facts,
  }));
  return JSON.stringify(
    { version: VERSION, target: { domain, region, originUrl }, checks, upstreams, recommended },
    (_, value: unknown) => (typeof value === 'string' ? hide(value) : value),
    2,
  );
}
