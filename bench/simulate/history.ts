import type { Draft } from './guest.ts';

/** What happened in one conversation. Times are milliseconds since it began, in order. */
export interface History {
  drafts: readonly Draft[];
  end: number;
  /** When the far side showed the bubble. */
  shown: { from: number; to: number }[];
  /** When the upstream was called. */
  calls: number[];
  /** What the client sent, and when. */
  frames: { at: number; on: boolean }[];
  /** When an "off" went upstream that had no effect there. */
  lostOffs?: number[];
}

/** The far side: shows the bubble from an "on" until an "off", the guest's message or its own expiry. */
export interface FarSide {
  on: (at: number) => void;
  off: (at: number) => void;
  /** The guest's message came. */
  message: (at: number) => void;
  /** Nothing more comes. @returns when the bubble was shown */
  close: (end: number) => History['shown'];
}

/** @param expiryMs after the last "on"; Infinity where it is held until told off. Calls must be in order of time. */
export function makeFarSide(expiryMs: number, clearedByMessage: boolean): FarSide {
  const shown: History['shown'] = [];
  let from = NaN;
  let expires = Infinity;

  function hide(at: number): void {
    if (!Number.isNaN(from)) shown.push({ from, to: at });
    from = NaN;
    expires = Infinity;
  }
  function lapse(at: number): void {
    if (expires <= at) hide(expires);
  }
  function off(at: number): void {
    lapse(at);
    hide(at);
  }
  return {
    on(at) {
      lapse(at);
      if (Number.isNaN(from)) from = at;
      expires = at + expiryMs;
    },
    off,
    message: clearedByMessage ? off : lapse,
    close(end) {
      off(end);
      return shown;
    },
  };
}
