import { spread, times } from '../measure/words.ts';
import { count, markdownTable } from '../simulate/format.ts';
import type { TlsVersion } from './far-side.ts';
import {
  type CallFigures,
  CONTENDERS,
  type Contender,
  FAULTS,
  type Figures,
  type ThawFigures,
} from './figures.ts';
import { GAPS } from './gaps.ts';
import { asFast, callOf, counted, GAP_NAMES, NAMES, thawOf } from './words.ts';

const FAULT_NAMES: Record<(typeof FAULTS)[number], string> = {
  healthy: 'nothing: it is still there',
  frame: 'a close frame',
  fin: "TCP's end",
  reset: "TCP's reset",
  silent: 'silence: half open',
};

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

/** What each way to send a frame takes. */
export function callTable(figures: Figures, tls: TlsVersion): string {
  const head = ['', 'round trips', 'ms to arrival', "ms to the call's end", 'CPU ms', 'bytes up', 'down'];
  return markdownTable([head, ...figures.calls.filter((call) => call.tls === tls).map(callRow)]);
}

/** The kept socket beside the sample and the check of readyState, by gap. */
export function ratioTable({ ratios }: Figures): string {
  const rows = GAPS.map((gap) => {
    const { sampleEnd, sampleArrival, sampleCpu, checkedEnd, checkedArrival, checkedCpu } = ratios[gap];
    const ofCheck = [checkedEnd, checkedArrival, checkedCpu].map(times);
    return [GAP_NAMES[gap], asFast(sampleEnd), asFast(sampleArrival), times(sampleCpu), ...ofCheck];
  });
  const head = [
    'the kept socket',
    "so many times as fast as the sample, to the call's end",
    'to arrival',
    "CPU, of the sample's",
    "to the call's end, of the check's time",
    'to arrival',
    "CPU, of the check's",
  ];
  return markdownTable([head, ...rows]);
}

/** Round trips by the version of TLS. */
export function tlsTable(figures: Figures): string {
  const trips = (contender: Contender, tls: TlsVersion): string =>
    counted(callOf(figures, contender, tls).roundTrips);
  const rows = CONTENDERS.map((contender) => [
    NAMES[contender],
    trips(contender, 'TLSv1.3'),
    trips(contender, 'TLSv1.2'),
  ]);
  return markdownTable([['round trips', 'TLS 1.3', 'TLS 1.2'], ...rows]);
}

/** What the kept socket and the check of readyState lose. */
export function thawTable(figures: Figures): string {
  const cells = ({ lost, sent, mostLost, arrivalMs }: ThawFigures): string[] => [
    `${lost} of ${sent}`,
    String(mostLost),
    arrivalMs ? spread(arrivalMs) : 'some never',
  ];
  const rows = FAULTS.map((fault) => {
    const [kept, checked] = [thawOf(figures, fault, 'kept'), thawOf(figures, fault, 'checked')];
    return [FAULT_NAMES[fault], ...cells(kept), String(kept.repeats), ...cells(checked)];
  });
  const columns = ['lost', 'most in one thaw', 'ms to first arrival'];
  const head = [
    'what the far side does in the freeze',
    ...columns.map((column) => `relay: ${column}`),
    'relay: came twice',
    ...columns.map((column) => `check: ${column}`),
  ];
  return markdownTable([head, ...rows]);
}
