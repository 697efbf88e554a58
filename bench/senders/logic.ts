/** What another system's sender decides: when to say that somebody types. Its time is the globals' one. */
export interface Logic {
  /** A key that leaves a draft. */
  key: () => void;
  /** The message was sent, or the draft is gone. */
  end: () => void;
}

export type MakeLogic = (say: (isTyping: boolean) => void) => Logic;

/** Something that was said, by the virtual clock. */
export interface Said {
  at: number;
  isTyping: boolean;
}
