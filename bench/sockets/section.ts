import type { Figure } from '../measure/figures.ts';
import type { Section } from '../measure/part.ts';
import { spread, times } from '../measure/words.ts';
import { count, fixed, markdownTable } from '../simulate/format.ts';
import type { TlsVersion } from './far-side.ts';
import { type CallFigures, CONTENDERS, type Contender, FAULTS, type Figures, IDLES } from './figures.ts';
import { goalsOf } from './goals.ts';
import { timesOfCalls } from './picture.ts';
import { callOf, counted, NAMES, swapped, thawOf } from './words.ts';

const FAULT_NAMES: Record<(typeof FAULTS)[number], string> = {
  healthy: 'nothing: it is still there',
  frame: 'a close frame',
  fin: "TCP's end",
  reset: "TCP's reset",
  silent: 'silence: half open',
};

const IDLE_NAMES: Record<(typeof IDLES)[number], string> = { short: '1 s', long: '10 s' };

function callRow({ contender, ...figures }: CallFigures): string[] {
  const { roundTrips, arrivalMs, endMs, cpuMs, bytesUp, bytesDown } = figures;
  return [
    NAMES[contender],
    counted(roundTrips),
    spread(arrivalMs),
    spread(endMs),
    spread(cpuMs),
    count(bytesUp.median),
    count(bytesDown.median),
  ];
}

function callTable(figures: Figures, tls: TlsVersion): string {
  const head = ['', 'round trips', 'ms to arrival', "ms to the call's end", 'CPU ms', 'bytes up', 'down'];
  return markdownTable([head, ...figures.calls.filter((call) => call.tls === tls).map(callRow)]);
}

function tlsTable(figures: Figures): string {
  const trips = (contender: Contender, tls: TlsVersion): string =>
    counted(callOf(figures, contender, tls).roundTrips);
  const rows = CONTENDERS.map((contender) => [
    NAMES[contender],
    trips(contender, 'TLSv1.3'),
    trips(contender, 'TLSv1.2'),
  ]);
  return markdownTable([['round trips', 'TLS 1.3', 'TLS 1.2'], ...rows]);
}

function thawTable(figures: Figures): string {
  const rows = IDLES.flatMap((idle) =>
    FAULTS.map((fault) => {
      const cells = (side: 'kept' | 'checked'): string[] => {
        const { lost, sent, mostLost, opened, arrivalMs } = thawOf(figures, idle, fault, side);
        const arrival = arrivalMs ? spread(arrivalMs) : 'some never';
        return [`${lost} of ${sent}`, String(mostLost), counted(opened), arrival];
      };
      return [FAULT_NAMES[fault], IDLE_NAMES[idle], ...cells('kept'), ...cells('checked')];
    }),
  );
  const columns = ['lost', 'most in one thaw', 'opened', 'ms to first arrival'];
  const head = [
    'what the far side does in the freeze',
    'idle for',
    ...columns.map((column) => `relay: ${column}`),
    ...columns.map((column) => `check: ${column}`),
  ];
  return markdownTable([head, ...rows]);
}

const faster = (ratio: Figure): string => `${fixed(swapped(ratio).median, 0)}×`;

const callText = (figures: Figures): string => {
  const { roundTripMs, ratios } = figures;
  return `### A frame on a kept socket, and on one of its own

One frame through a proxy that makes a round trip ${roundTripMs} ms long, to a far side on this machine that speaks TLS 1.3; the sender is a process of Lambda's Node.js (${figures.node}). "Kept" is the relay's own code, bundled as it is deployed. "A socket a message" is the relay's opening and writing with a close that is waited for, once with TLS sessions taken up again and once without; the last row is written anew here in the way that samples have it: \`new WebSocket(url)\`, and on open send and close. The check of readyState is written anew as well: a socket in module scope that is used while it counts as open. A round trip is counted in the proxy and not reckoned from time: one for the handshake of TCP, and one for each time that bytes were handed to the sender which answer bytes of its own, before the call was over. Every run's frames are compared one by one with what the far side has.

${callTable(figures, 'TLSv1.3')}
![How long a frame takes on each sort of socket](performance/sockets-calls.svg)

To the call's end, which is what Lambda bills, a kept socket is ${faster(ratios.sampleEnd)} as fast as the sample; to the frame's arrival, which is what the agent sees, ${faster(ratios.sampleArrival)}, because the frame itself has half a round trip to go on every socket. It takes ${times(ratios.sampleCpu)} of the sample's CPU. Beside the bare check of readyState it takes ${times(ratios.checkedArrival)} the time to arrival and ${times(ratios.checkedCpu)} the CPU: the difference is the ping that goes with a frame, and the answer that is read. After more than 5 s the frame goes along with the ping all the same, and arrives as soon; but the call waits for the answer, so that the frame can go once more over a new socket where none comes. A typing frame that comes twice says nothing new.

${tlsTable(figures)}
A TLS session that is taken up again saves a round trip with TLS 1.2 only. With 1.3 both ways take one, and what is saved is the certificate: ${count(callOf(figures, 'forgetful').bytesDown.median)} bytes down become ${count(callOf(figures, 'reconnect').bytesDown.median)}, and CPU is ${times(ratios.resumedCpu)}. Node.js' client sends no data along with the first bytes of TLS, so four round trips are the least for a socket whose close is waited for: TCP, TLS, the upgrade, the close.
`;
};

const thawText = (figures: Figures): string => {
  const { thaws } = thawOf(figures, 'short', 'healthy', 'kept');
  return `### Freeze and thaw

Lambda freezes an environment between two events: it reads nothing then, and answers nothing. Here the process is stopped where it stands (SIGSTOP), the far side goes away, the process goes on, and three messages come, a second apart by the environment's clock. ${thaws} thaws of each sort, by turns. How long it was idle is told to the environment's clock and not waited for. "Lost" are frames that the far side never got.

${thawTable(figures)}
A close is there when the process goes on, and is read before the message is handled: nothing is lost on either side, whatever sort it is. A far side that is gone without a word shows nothing. The bare check then sends into nothing for as long as TCP goes on trying; the relay looks for the answer to the ping that went with its last frame, so it loses one message at most, and none after more than 5 s: there it waits half a second for an answer, and sends the frame again. For a guest that means: a bubble that is missing once, and not for minutes.
`;
};

/** This part's place in docs/performance.md. */
export function section(figures: Figures): Section {
  return {
    text: `${callText(figures)}\n${thawText(figures)}`,
    goals: goalsOf(figures),
    pictures: { 'sockets-calls': timesOfCalls(figures) },
  };
}
