import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { type AgentTyper, makeAgentTyper } from './app/agent-typer.ts';

const tell = vi.fn();
let form: EventTarget;
let field: EventTarget & { value: string; form: EventTarget };
let typer: AgentTyper;
beforeEach(() => {
  vi.useFakeTimers();
  form = new EventTarget();
  field = Object.assign(new EventTarget(), { value: '', form });
  typer = makeAgentTyper(field, tell);
});
afterEach(() => {
  vi.useRealTimers();
  vi.clearAllMocks();
});

function key(value = 'Hi'): void {
  field.value = value;
  field.dispatchEvent(new Event('input'));
}
const send = (): boolean => form.dispatchEvent(new Event('submit'));

describe('the agent’s typing', () => {
  it('is told at the first key, and again every three seconds while keys come', () => {
    key();
    vi.advanceTimersByTime(2_999);
    key();
    expect(tell).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1);
    key();
    expect(tell).toHaveBeenCalledTimes(2);
  });

  it('is told anew at the first key after a message', () => {
    key();
    send();
    key();
    expect(tell).toHaveBeenCalledTimes(2);
  });

  it('that a message ended is over for as long as it could still be shown', () => {
    key();
    expect(typer.isOver()).toBe(false);
    send();
    vi.advanceTimersByTime(4_999);
    expect(typer.isOver()).toBe(true);
    vi.advanceTimersByTime(1);
    expect(typer.isOver()).toBe(false);
  });

  it('is not over once the next message is begun', () => {
    key();
    send();
    key();
    expect(typer.isOver()).toBe(false);
  });

  it('is told no more once it is stopped', () => {
    typer.stop();
    key();
    send();
    expect(tell).not.toHaveBeenCalled();
    expect(typer.isOver()).toBe(false);
  });
});
