export interface FrameLimits {
  /** Bytes of payload in one frame, and in one message of several frames. */
  readonly frameBytes: number;
  readonly messageBytes: number;
}

/** docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
export const FRAME_LIMITS: FrameLimits = { frameBytes: 32 * 1024, messageBytes: 128 * 1024 };

const CONTINUATION = 0;
const FIRST_CONTROL_OPCODE = 8;

/**
 * Reads the frame headers (RFC 6455 section 5.2) in a client's bytes, because `ws` tells the size of messages
 * only. `onTooLarge` is called once, at the header of the offending frame, with the number of messages before it.
 */
export function makeFrameMeter(
  limits: FrameLimits,
  onTooLarge: (messagesBefore: number) => void,
): (chunk: Buffer) => void {
  let header: number[] = [];
  let payloadLeft = 0;
  let messageBytes = 0;
  let messages = 0;
  let done = false;

  function onFrame(frame: Frame): void {
    if (frame.opcode >= FIRST_CONTROL_OPCODE) return;
    messageBytes = (frame.opcode === CONTINUATION ? messageBytes : 0) + frame.payload;
    if (frame.payload > limits.frameBytes || messageBytes > limits.messageBytes) {
      done = true;
      onTooLarge(messages);
    }
    if (frame.final) messages += 1;
  }

  return (chunk) => {
    let at = 0;
    while (at < chunk.length && !done) {
      if (payloadLeft > 0) {
        const step = Math.min(payloadLeft, chunk.length - at);
        payloadLeft -= step;
        at += step;
        continue;
      }
      header.push(chunk[at] ?? 0);
      at += 1;
      const frame = parseHeader(header);
      if (frame === undefined) continue;
      header = [];
      payloadLeft = frame.payload;
      onFrame(frame);
    }
  };
}

interface Frame {
  readonly final: boolean;
  readonly opcode: number;
  readonly payload: number;
}

/** The frame of a whole header; undefined while bytes are missing. */
function parseHeader(bytes: readonly number[]): Frame | undefined {
  const [first = 0, second = 0] = bytes;
  const short = second & 0x7f;
  const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
  const maskBytes = (second & 0x80) === 0 ? 0 : 4;
  if (bytes.length < 2 + lengthBytes + maskBytes) return undefined;
  const long = bytes.slice(2, 2 + lengthBytes).reduce((sum, byte) => sum * 256 + byte, 0);
  return { final: (first & 0x80) !== 0, opcode: first & 0x0f, payload: lengthBytes === 0 ? short : long };
}
