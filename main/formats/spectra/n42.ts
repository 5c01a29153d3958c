/**
 * N42 spectra of 2006 and 2012 (ANSI N42.42): XML with a Spectrum element for each measurement, counts as text, zeros
 * possibly run-length coded. Read by tags rather than by schema: instruments differ, and some leave prefixes unbound.
 */
import { XMLParser } from 'fast-xml-parser';
import { refusal } from '../refusal.ts';
import {
  checked,
  countsFrom,
  mostSpectra,
  type Spectrum,
  type SpectrumFile,
  spectrum,
  textOf,
} from './spectrum.ts';
import { attributes, childrenOf, findAll, firstText, refuseUnsafe, type XmlNode } from './xml-tree.ts';

const opened = /<(?:\w+:)?(N42InstrumentData|RadInstrumentData)[\s>]/;

export function looksLikeN42(text: string): boolean {
  return opened.test(text.slice(0, 8192));
}

/** @throws NightsiftError `damagedData`, `tooLarge`, `badHeader` */
export function readN42(file: SpectrumFile): Spectrum[] {
  const text = textOf(file);
  refuseUnsafe(text, file);
  refuseCutShort(text, file);
  const tree = parse(text, file);
  const found = findAll(tree, 'Spectrum');
  if (found.length > mostSpectra)
    throw refusal('tooLarge', file, `${found.length} spectra`, `At most ${mostSpectra} are read.`);
  const calibrations = new Map(
    findAll(tree, 'EnergyCalibration').map((node) => [
      attributes(node).id ?? '',
      terms(firstText(node, 'CoefficientValues')),
    ]),
  );
  const measured = findAll(tree, 'RadMeasurement').flatMap((measurement) =>
    findAll(childrenOf(measurement), 'Spectrum').map((node) => [node, measurement] as const),
  );
  const outer = new Map(measured);
  const spectra = found
    .filter((node) => firstText(node, 'ChannelData') !== null)
    .map((node, place) => read(node, outer.get(node) ?? null, { calibrations, file, place }));
  if (spectra.length > 0) return spectra;
  throw refusal('damagedData', file, 'it holds no Spectrum with ChannelData', 'Export it with its channels.');
}

/** Counts of a file that was cut short may end in half a number. Errors: damagedData. */
function refuseCutShort(text: string, file: SpectrumFile): void {
  const [, name] = opened.exec(text) ?? [];
  if (name === undefined || new RegExp(`</(?:[\\w.-]+:)?${name}\\s*>`).test(text)) return;
  throw refusal(
    'damagedData',
    file,
    `it is cut short: the end of ${name} is missing after ${text.length} characters`,
    'Copy the file again.',
  );
}

function parse(text: string, file: SpectrumFile): XmlNode[] {
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    removeNSPrefix: true,
    parseTagValue: false,
    parseAttributeValue: false,
    processEntities: false,
    trimValues: true,
  });
  try {
    return parser.parse(text) as XmlNode[];
  } catch (thrown) {
    throw refusal(
      'badHeader',
      file,
      `it is no XML that can be read (${(thrown as Error).message})`,
      'Export it again.',
    );
  }
}

interface Surroundings {
  readonly calibrations: ReadonlyMap<string, number[]>;
  readonly file: SpectrumFile;
  readonly place: number;
}

function read(
  node: XmlNode,
  measurement: XmlNode | null,
  { calibrations, file, place }: Surroundings,
): Spectrum {
  const data = findAll(childrenOf(node), 'ChannelData')[0]!;
  const words = (firstText(node, 'ChannelData') ?? '').split(/[\s,]+/).filter((word) => word !== '');
  const given = countsFrom(words, file, 'N42');
  const isRunLength = /countedzeroes/i.test(
    attributes(data).Compression ?? attributes(data).compressionCode ?? '',
  );
  const named = attributes(node);
  const reference = named.energyCalibrationReference ?? '';
  const own = findAll(childrenOf(node), 'Calibration').find((each) => attributes(each).Type === 'Energy');
  const coefficients = own === undefined ? null : terms(firstText(own, 'Coefficients'));
  const kind = measurement === null ? null : firstText(measurement, 'MeasurementClassCode');
  const text = (name: string): string | null =>
    firstText(node, name) ?? (measurement === null ? null : firstText(measurement, name));
  return checked(
    spectrum({
      title: firstText(node, 'Title') ?? named.id ?? named.Detector ?? `spectrum ${place + 1}`,
      counts: isRunLength ? withZeros(given, file) : given,
      calibration: coefficients ?? calibrations.get(reference) ?? null,
      liveSeconds: seconds(text('LiveTime') ?? text('LiveTimeDuration')),
      realSeconds: seconds(text('RealTime') ?? text('RealTimeDuration')),
      start: text('StartTime') ?? text('StartDateTime'),
      detector: named.Detector ?? named.radDetectorInformationReference ?? null,
      isBackground: /background/i.test(kind ?? firstText(node, 'SourceType') ?? ''),
    }),
    file,
  );
}

/** CountedZeroes: a zero is followed by how many there are. */
function withZeros(given: Float64Array, file: SpectrumFile): Float64Array {
  const counts: number[] = [];
  for (let place = 0; place < given.length; place += 1) {
    const value = given[place]!;
    if (value !== 0) counts.push(value);
    else {
      place += 1;
      const zeros = given[place] ?? 0;
      if (!Number.isInteger(zeros) || zeros < 1 || counts.length + zeros > 1 << 20) {
        throw refusal(
          'damagedData',
          file,
          `a run of ${zeros} zeros`,
          'The counted zeros do not make sense: export it again.',
        );
      }
      for (let zero = 0; zero < zeros; zero += 1) counts.push(0);
    }
  }
  return Float64Array.from(counts);
}

function terms(text: string | null): number[] {
  return (text ?? '')
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map(Number);
}

/** An ISO 8601 duration (PT1H2M3.5S), or plain seconds. */
function seconds(text: string | null): number | null {
  if (text === null) return null;
  const found = /^P(?:(\d+)D)?(?:T(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?$/.exec(text.trim());
  if (found === null) return Number.isFinite(Number(text)) && text.trim() !== '' ? Number(text) : null;
  const [, days = 0, hours = 0, minutes = 0, rest = 0] = found.map((word) => (word === undefined ? 0 : word));
  return Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
}
