// @ts-check
import { format } from 'node:util';

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const METHODS = /** @type {const} */ ([
  ['trace', 'TRACE'],
  ['debug', 'DEBUG'],
  ['log', 'INFO'],
  ['info', 'INFO'],
  ['warn', 'WARN'],
  ['error', 'ERROR'],
]);

/**
 * Makes `console` write as Lambda's Node.js runtime does.
 * docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
 * @param {string} logFormat JSON or Text
 * @param {string} logLevel lines below it are dropped, with JSON only
 * @param {() => string} requestId
 */
export function patchConsole(logFormat, logLevel, requestId) {
  const lowest = logFormat === 'JSON' ? LEVELS.indexOf(logLevel) : 0;
  const line = logFormat === 'JSON' ? jsonLine : textLine;
  for (const [method, level] of METHODS) {
    console[method] = (/** @type {unknown[]} */ ...values) => {
      if (LEVELS.indexOf(level) < lowest) return;
      process.stdout.write(`${line(new Date().toISOString(), requestId(), level, values)}\n`);
    };
  }
}

/**
 * Makes what writes how INIT or an event failed: the runtime does, beside what it answers.
 * As `structuredConsole.logError` of aws-lambda-ric 4.0.2 has it.
 * @param {string} logFormat JSON or Text
 * @returns {(title: string, thrown: unknown) => void}
 */
export function makeLogError(logFormat) {
  return (title, thrown) => {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    if (logFormat === 'JSON') console.error(error);
    else console.error(title, `\t${textFields(error)}`);
  };
}

/** @param {Error} error */
function textFields(error) {
  const { name: errorType, message: errorMessage, stack = '' } = error;
  const lines = stack.split('\n');
  try {
    return JSON.stringify({ errorType, errorMessage, ...error, stack: lines });
  } catch {
    return JSON.stringify({ errorType, errorMessage, trace: lines });
  }
}

/**
 * @param {string} timestamp
 * @param {string} requestId
 * @param {string} level
 * @param {unknown[]} values
 */
function jsonLine(timestamp, requestId, level, values) {
  const head = { timestamp, level, requestId };
  const error = values.slice(1).find((value) => value instanceof Error);
  const message = values.length === 1 ? values[0] : format(...values);
  try {
    return JSON.stringify(
      { ...head, message, ...(error instanceof Error ? errorFields(error) : {}) },
      replacer,
    );
  } catch {
    return JSON.stringify({ ...head, message: format(message) });
  }
}

/**
 * @param {string} timestamp
 * @param {string} requestId
 * @param {string} level
 * @param {unknown[]} values
 */
function textLine(timestamp, requestId, level, values) {
  // The runtime turns line ends into carriage returns, so that one call is one line.
  return [timestamp, requestId, level, format(...values)].join('\t').replaceAll('\n', '\r');
}

/** @param {Error} error */
function errorFields(error) {
  return {
    errorType: error.constructor.name,
    errorMessage: error.message,
    stackTrace: (error.stack ?? '').split('\n'),
  };
}

/**
 * @param {string} _key
 * @param {unknown} value
 */
function replacer(_key, value) {
  return value instanceof Error ? { ...errorFields(value), ...value } : value;
}
