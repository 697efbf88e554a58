import { SOCKET_PING_AFTER_MS, SOCKET_PONG_MS } from '../../functions/relay/constants.ts';
import type { Section } from '../measure/part.ts';
import { digits, times } from '../measure/words.ts';
import { count } from '../simulate/format.ts';
import type { Fault, Figures, ThawFigures } from './figures.ts';
import { GAP_MS, type Gap, secondsOf } from './gaps.ts';
import { CLEAN, goalsOf } from './goals.ts';
import { timesOfCalls } from './picture.ts';
import { callTable, ratioTable, thawTable, tlsTable } from './tables.ts';
import { callOf, counted, GAP_NAMES, swapped, thawOf } from './words.ts';

/** `564× as fast as the sample frame after frame, and 4.0× after 6 s` */
function faster({ ratios }: Figures, key: 'sampleEnd' | 'sampleArrival'): string {
  const by = (gap: Gap): string => `${digits(swapped(ratios[gap][key]).median)}×`;
  return `${by('none')} as fast as the sample ${GAP_NAMES.none}, and ${by('idle')} ${GAP_NAMES.idle}`;
}

const madeAgain = ({ runs, again }: Figures['disturbed']['calls']): string =>
  `${count(again)} runs were made again beside the ${count(runs)} that count, because their sockets were not those that the row stands for: a machine that stands still for half a second makes the relay take a socket for dead.`;

const callText = (figures: Figures): string => {
  const { roundTripMs, resumedCpu, disturbed } = figures;
  const after = secondsOf(SOCKET_PING_AFTER_MS);
  const trips = (contender: Parameters<typeof callOf>[1]): string =>
    counted(callOf(figures, contender).roundTrips);
  return `### A frame on a kept socket, and on one of its own

One frame through a proxy that makes a round trip ${roundTripMs} ms long, to a far side on this machine that speaks TLS 1.3; the sender is a process of Lambda's Node.js (${figures.node}). "Kept" is the relay's own code, bundled as it is deployed, by how long the socket was idle before the frame; "${GAP_NAMES.none}" is little more than a round trip. "A socket a message" is the relay's opening and writing with a close that is waited for, once with TLS sessions taken up again and once without; the last row is written anew here in the way that samples have it: \`new WebSocket(url)\`, and on open send and close. The check of readyState is written anew as well: a socket in module scope that is used while it counts as open. How long a socket was idle is told to the environment's clock and not waited for; the others look at no clock, and are measured once. A round trip is counted in the proxy and not reckoned from time: one for the handshake of TCP, and one for each time that bytes were handed to the sender which answer bytes of its own, before the call was over. Every run's frames are compared one by one with what the far side has, and so are its sockets and pings with what its row stands for. ${madeAgain(disturbed.calls)}

${callTable(figures, 'TLSv1.3')}
![How long a frame takes on each sort of socket](performance/sockets-calls.svg)

What a kept socket does depends on how long it was idle. Below ${after} it takes the frame, and nothing else goes over the wire. From ${after} on a ping goes along: the frame does not wait for its answer, but the call does, and where none comes within ${secondsOf(SOCKET_PONG_MS)} the frame goes once more over a new socket. The upstream of this socket is told changes only, an "on" and an "off", and nothing says either again. A typing frame that comes twice says nothing new. Most changes come after more than ${after}: the row "${GAP_NAMES.idle}" is the usual one, and it costs ${trips('kept, idle')} round trip of billed time where the other costs ${trips('kept')}.

${ratioTable(figures)}
To the call's end, which is what Lambda bills, a kept socket is ${faster(figures, 'sampleEnd')}. Where it waits for the answer, that is ${trips('kept, idle')} round trip against the sample's ${trips('sample')}. To the frame's arrival, which is what the agent sees, it is ${faster(figures, 'sampleArrival')}: the frame itself has half a round trip to go on every socket, and the sample three before that, so about 7× is all there is to win. What the relay takes more than the bare check of readyState is its bookkeeping, and from ${after} on the ping, and the wait for the answer that is read.

${tlsTable(figures)}
A TLS session that is taken up again saves a round trip with TLS 1.2 only. With 1.3 both ways take one, and what is saved is the certificate: ${count(callOf(figures, 'forgetful').bytesDown.median)} bytes down become ${count(callOf(figures, 'reconnect').bytesDown.median)}, and CPU is ${times(resumedCpu)}. Node.js' client sends no data along with the first bytes of TLS, so four round trips are the least for a socket whose close is waited for: TCP, TLS, the upgrade, the close.
`;
};

const thawText = (figures: Figures): string => {
  const thaws = (faults: readonly Fault[], side: ThawFigures['side']): ThawFigures[] =>
    faults.map((fault) => thawOf(figures, fault, side));
  const lost = (of: readonly ThawFigures[]): string => {
    const [gone, sent] = [of.map((thaw) => thaw.lost), of.map((thaw) => thaw.sent)].map((values) =>
      values.reduce((sum, value) => sum + value, 0),
    );
    return `${count(gone ?? NaN)} of ${count(sent ?? NaN)}`;
  };
  const repeats = figures.thaws.reduce((sum, thaw) => sum + thaw.repeats, 0);
  const silent = thawOf(figures, 'silent', 'kept');
  return `### Freeze and thaw

Lambda freezes an environment between two events: it reads nothing then, and answers nothing. Here the process is stopped where it stands (SIGSTOP) once all that was under way has arrived, the far side goes away, the process goes on, and three messages come, ${secondsOf(GAP_MS.idle)} after the one before the freeze and then a second apart, by the environment's clock. ${silent.thaws} thaws of each sort, by turns. "Lost" are frames that the far side never got; after each thaw the sockets that were opened are checked: one where the sender can see that the far side is gone, else none. ${madeAgain(figures.disturbed.thaws)}

${thawTable(figures)}
A close is there when the process goes on, and is read before the message is handled: of the frames after one the relay lost ${lost(thaws(CLEAN, 'kept'))}, the bare check ${lost(thaws(CLEAN, 'checked'))}, whatever sort of close it was. A far side that is gone without a word shows nothing. The bare check then sends into nothing for as long as TCP goes on trying, and lost ${lost(thaws(['silent'], 'checked'))}. The relay waits up to ${secondsOf(SOCKET_PONG_MS)} for the answer to its ping, sends the frame again over a new socket, and lost ${silent.mostLost} in a thaw at most. ${count(repeats)} frames came twice, over the old socket and a new one, which a typing frame may. For a guest that means: a bubble that comes and goes as it should, where the bare check leaves it missing, or standing, for minutes.
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
