/** What is under way, on standard error: one line that goes again on a terminal, lines in a file. */
export interface Progress {
  tell: (text: string) => void;
  /** A line that stays. */
  say: (text: string) => void;
  end: () => void;
}

interface Output {
  isTTY?: boolean;
  write: (text: string) => unknown;
}

/** To the beginning of the line, and empty it. */
const CLEAR = '\r\u001b[2K';

/** @param hide takes secrets out of every text */
export function makeProgress(output: Output, hide: (text: string) => string): Progress {
  const terminal = output.isTTY === true;
  return {
    tell(text) {
      output.write(terminal ? `${CLEAR}Looking at ${hide(text)} …` : `Looking at ${hide(text)} …\n`);
    },
    say(text) {
      output.write(`${hide(text)}\n`);
    },
    end() {
      if (terminal) output.write(CLEAR);
    },
  };
}
