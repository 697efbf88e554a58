/**
 * Structured log lines. Lambda's JSON log format embeds the object that is handed to `console` and drops what is below
 * the function's log level. https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
 */
export interface Log {
  /** What became of an event. Below the stack's log level, where it costs nothing. */
  debug: (code: string, fields?: LogFields) => void;
  /** A refusal or a failure that somebody may have to act on. */
  warn: (code: string, fields?: LogFields) => void;
  /** A fault of the relay or of its deployment. */
  error: (code: string, fields?: LogFields) => void;
}

/** Ids, codes and causes. Never a token, a ticket, a URL of a session or anything that a guest wrote. */
export type LogFields = Record<string, unknown>;

export const log: Log = {
  debug(code, fields) {
    console.debug({ code, ...fields });
  },
  warn(code, fields) {
    console.warn({ code, ...fields });
  },
  error(code, fields) {
    console.error({ code, ...fields });
  },
};
