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
 * @param {string} timestamp
 * @param {string} requestId
 * @param {string} level
 * @param {unknown[]} values
 */
function jsonLine(timestamp, requestId, level, values) {
  const head = { timestamp, level, requestId };
  const error = values.length > 1 ? values.find((value) => value instanceof Error) : undefined;
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
  return { errorType: error.name, errorMessage: error.message, stackTrace: (error.stack ?? '').split('\n') };
}

/**
 * @param {string} _key
 * @param {unknown} value
 */
function replacer(_key, value) {
  return value instanceof Error ? errorFields(value) : value;
}
