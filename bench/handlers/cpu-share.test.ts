import { describe, expect, it } from 'vitest';
import { PERIOD_US, placeOf, quotaOf } from './cpu-share.ts';

describe("Lambda's share of a processor", () => {
  it('is a whole one with 1,769 MB, and as much less with less', () => {
    expect(quotaOf(1_769)).toBe(PERIOD_US);
    expect(quotaOf(128)).toBe(1_447);
    expect(quotaOf(256)).toBe(2_894);
  });
});

const first = `sysfs /sys sysfs rw 0 0
cgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0
cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,relatime,cpu,cpuacct 0 0
cgroup2 /sys/fs/cgroup/unified cgroup2 rw,relatime 0 0
`;
const second = 'cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid,relatime 0 0\n';

describe('the place for a control group', () => {
  it('is that of processor time in version 1, below the own group', () => {
    const own = '4:memory:/elsewhere\n3:cpu,cpuacct:/docker/abc\n0::/\n';
    expect(placeOf(first, own)).toEqual({
      version: 1,
      folder: '/sys/fs/cgroup/cpu,cpuacct/docker/abc',
    });
  });

  it('does not take accounting for processor time', () => {
    const mounts = 'cgroup /sys/fs/cgroup/cpuacct cgroup rw,cpuacct 0 0\n';
    expect(placeOf(mounts, '2:cpuacct:/\n')).toBeUndefined();
  });

  it('is the one tree of version 2 where there is no other', () => {
    expect(placeOf(second, '0::/user.slice\n')).toEqual({ version: 2, folder: '/sys/fs/cgroup/user.slice' });
    expect(placeOf(second, '')).toEqual({ version: 2, folder: '/sys/fs/cgroup' });
  });

  it('is nowhere without control groups', () => {
    expect(placeOf('proc /proc proc rw 0 0\n', '')).toBeUndefined();
  });
});
